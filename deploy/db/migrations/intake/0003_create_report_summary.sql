-- What lists of reports show, stored in the order in which they show it, so that a page reads neighbouring rows
-- and no narrative however many reports there are. `summary` is a serialized mamori.v1.Report without narrative,
-- wish and people; NULL when it would be large: then the page reads that report's body.
CREATE TABLE report_summary (
  tenant VARBINARY(64) NOT NULL,
  create_time BIGINT NOT NULL,
  report_id BINARY(16) NOT NULL,
  company VARBINARY(64) NOT NULL,
  kind SMALLINT NOT NULL,
  summary VARBINARY(4096) NULL,
  PRIMARY KEY (tenant, create_time, report_id),
  KEY by_company (tenant, company, create_time, report_id),
  KEY by_kind (tenant, kind, create_time, report_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
