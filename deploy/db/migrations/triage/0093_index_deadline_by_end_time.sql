-- As before, by when it was completed.
CREATE INDEX by_end_time ON deadline (tenant, end_time);
