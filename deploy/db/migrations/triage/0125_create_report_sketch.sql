-- What is kept of a report's words, in the order in which it is read: the smallest keyed hashes of its 3-grams, four
-- bytes each. None for an anonymous report; deleted with a report that is erased.
CREATE TABLE report_sketch (
  tenant VARBINARY(64) NOT NULL,
  create_time BIGINT NOT NULL,
  report_id BINARY(16) NOT NULL,
  sketch VARBINARY(256) NOT NULL,
  PRIMARY KEY (tenant, create_time, report_id),
  KEY by_report (report_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
