-- The certificates of what was disposed of: a serialized mamori.triage.v1.Disposition, to which the audit commits with
-- `audit_random`. Only ever added to.
CREATE TABLE disposition (
  case_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  dispose_time BIGINT NOT NULL,
  audit_random BINARY(32) NOT NULL,
  certificate MEDIUMBLOB NOT NULL,
  PRIMARY KEY (case_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
