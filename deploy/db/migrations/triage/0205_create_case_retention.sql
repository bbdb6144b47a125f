-- When a case was closed last, withdrawn or merged: from then on its retention counts. Reopening removes the row.
CREATE TABLE case_retention (
  case_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  close_time BIGINT NOT NULL,
  PRIMARY KEY (case_id),
  KEY by_close (tenant, close_time, case_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
