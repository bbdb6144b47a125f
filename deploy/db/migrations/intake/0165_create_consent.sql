-- What the reporter of a consultation decided about its becoming a case, one row per decision; the newest version
-- counts. `tag` authenticates the row. Times of anonymous reports are told by day.
CREATE TABLE consent (
  report_id BINARY(16) NOT NULL,
  version BIGINT NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  given TINYINT NOT NULL,
  create_time BIGINT NOT NULL,
  tag BINARY(32) NOT NULL,
  PRIMARY KEY (report_id, version)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
