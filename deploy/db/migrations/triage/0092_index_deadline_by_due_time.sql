-- What was due, and what was completed, in a month: for the statistics.
CREATE INDEX by_due_time ON deadline (tenant, due_time);
