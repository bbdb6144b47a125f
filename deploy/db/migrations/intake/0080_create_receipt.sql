-- Which receipt of an anonymous reporter opens which report: keyed hashes, never receipts, and no time. `tag`
-- authenticates the row under a key that is not here; `replaced_hash` is that of the receipt before, empty for none.
CREATE TABLE receipt (
  receipt_hash BINARY(32) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  report_id BINARY(16) NOT NULL,
  generation BIGINT NOT NULL,
  replaced_hash VARBINARY(32) NOT NULL,
  tag BINARY(32) NOT NULL,
  PRIMARY KEY (receipt_hash),
  UNIQUE KEY by_report (report_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
