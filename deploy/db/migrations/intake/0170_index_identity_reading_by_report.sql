-- What was opened of a report goes with it.
CREATE INDEX by_report ON identity_reading (report_id);
