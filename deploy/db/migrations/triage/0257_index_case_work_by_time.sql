-- What was begun in a month, by kind: counted for the statistics from this index alone, which holds no content.
CREATE INDEX by_time ON case_work (tenant, create_time, kind, version);
