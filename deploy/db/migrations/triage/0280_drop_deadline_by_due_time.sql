-- The statistics read by_queue instead: an index less for each deadline of each new case.
ALTER TABLE deadline DROP INDEX by_due_time;
