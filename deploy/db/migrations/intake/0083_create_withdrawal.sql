-- Reports that their reporters withdrew. The report stays, and is shown to nobody.
CREATE TABLE withdrawal (
  report_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  create_time BIGINT NOT NULL,
  PRIMARY KEY (report_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
