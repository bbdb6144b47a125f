-- Which case a report is in, and its latest assessment (a serialized mamori.v1.Assessment).
CREATE TABLE case_report (
  report_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  case_id BINARY(16) NOT NULL,
  join_time BIGINT NOT NULL,
  assessment MEDIUMBLOB NOT NULL,
  PRIMARY KEY (report_id),
  KEY by_case (case_id, join_time)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
