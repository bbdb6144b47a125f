-- What someone told. `body` is the serialized mamori.v1.Report without its output-only fields and is never
-- changed; `event_sequence` is the sequence of the report's last event: above 1 there are supplements.
CREATE TABLE report (
  report_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  company VARBINARY(64) NOT NULL,
  kind SMALLINT NOT NULL,
  immediate_danger TINYINT NOT NULL,
  create_time BIGINT NOT NULL,
  event_sequence BIGINT NOT NULL,
  body MEDIUMBLOB NOT NULL,
  PRIMARY KEY (report_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
