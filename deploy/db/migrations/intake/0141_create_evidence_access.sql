-- The chain of custody of each file: who did what with it. `kind` is 1 for the upload, 2 for the inspection, 3 for a
-- read of the derivative, 4 for one of the original. `body`, sealed with the report's data key, holds the purpose and
-- what an inspection found. Never changed. Of an anonymous report the times are by day.
CREATE TABLE evidence_access (
  evidence_id BINARY(16) NOT NULL,
  number BIGINT NOT NULL,
  access_id BINARY(16) NOT NULL,
  report_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  kind TINYINT NOT NULL,
  person VARBINARY(200) NOT NULL,
  caller VARBINARY(200) NOT NULL,
  create_time BIGINT NOT NULL,
  body MEDIUMBLOB NOT NULL,
  PRIMARY KEY (evidence_id, number),
  UNIQUE KEY by_id (access_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
