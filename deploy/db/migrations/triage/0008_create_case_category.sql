-- The categories in force, one row each: the list's filter by category. Times are those of the case.
CREATE TABLE case_category (
  tenant VARBINARY(64) NOT NULL,
  category VARBINARY(64) NOT NULL,
  create_time BIGINT NOT NULL,
  case_id BINARY(16) NOT NULL,
  PRIMARY KEY (tenant, category, create_time, case_id),
  KEY by_case (case_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
