-- Statements, findings, measures and what else is recorded of a case: each version of each record is a row, in the
-- case's order. Only ever added to. `body` is a serialized message of mamori.triage.v1 by `kind`, sealed.
CREATE TABLE case_work (
  row_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  case_id BINARY(16) NOT NULL,
  sequence BIGINT NOT NULL,
  record_id BINARY(16) NOT NULL,
  kind SMALLINT NOT NULL,
  version BIGINT NOT NULL,
  author VARBINARY(200) NOT NULL,
  create_time BIGINT NOT NULL,
  body MEDIUMBLOB NOT NULL,
  PRIMARY KEY (row_id),
  UNIQUE KEY by_case (case_id, sequence)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
