-- What happened to a resource, one entry after another: each names the hash of the one before. Authenticated by `mac`
-- under a key that is not here. Only ever added to (common/audit).
CREATE TABLE audit_entry (
  resource_id BINARY(16) NOT NULL,
  kind SMALLINT NOT NULL,
  sequence BIGINT NOT NULL,
  time BIGINT NOT NULL,
  access_version BIGINT NOT NULL,
  hash BINARY(32) NOT NULL,
  mac BINARY(32) NOT NULL,
  entry VARBINARY(2048) NOT NULL,
  PRIMARY KEY (resource_id, kind, sequence),
  KEY by_time (time)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
