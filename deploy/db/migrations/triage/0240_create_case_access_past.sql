-- Access records that were superseded, each as it was with its tag: who let whom in, and who could read when. `end_time`
-- is when the next version took its place, told as closely as the case's times are. Only ever added to.
CREATE TABLE case_access_past (
  case_id BINARY(16) NOT NULL,
  version BIGINT NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  end_time BIGINT NOT NULL,
  tag BINARY(32) NOT NULL,
  record MEDIUMBLOB NOT NULL,
  PRIMARY KEY (case_id, version)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
