-- Later words to a report, in their order; `body` is the serialized mamori.v1.Supplement without its output-only
-- fields and is never changed.
CREATE TABLE supplement (
  report_id BINARY(16) NOT NULL,
  create_time BIGINT NOT NULL,
  supplement_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  body MEDIUMBLOB NOT NULL,
  PRIMARY KEY (report_id, create_time, supplement_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
