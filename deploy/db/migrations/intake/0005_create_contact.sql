-- The contact log, in the order in which lists show it; `body` is the serialized mamori.v1.Contact without its
-- output-only fields. `report_id` is NULL while the contact belongs to no report.
CREATE TABLE contact (
  tenant VARBINARY(64) NOT NULL,
  create_time BIGINT NOT NULL,
  contact_id BINARY(16) NOT NULL,
  company VARBINARY(64) NOT NULL,
  report_id BINARY(16) NULL,
  start_time BIGINT NOT NULL,
  body MEDIUMBLOB NOT NULL,
  PRIMARY KEY (tenant, create_time, contact_id),
  KEY by_company (tenant, company, create_time, contact_id),
  KEY by_report (tenant, report_id, create_time, contact_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
