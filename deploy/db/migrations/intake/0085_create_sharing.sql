-- With whom a reporter shares a report, one row per decision; the newest version counts. `scope` is 1 for everyone on
-- the case, 2 for the people in `people` (a keyed
-- hash of 32 bytes of each), 3 for nobody. `tag` authenticates the row.
CREATE TABLE sharing (
  report_id BINARY(16) NOT NULL,
  version BIGINT NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  scope TINYINT NOT NULL,
  create_time BIGINT NOT NULL,
  tag BINARY(32) NOT NULL,
  people MEDIUMBLOB NOT NULL,
  PRIMARY KEY (report_id, version)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
