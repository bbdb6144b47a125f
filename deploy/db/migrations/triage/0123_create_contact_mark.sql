-- A contact as it is counted, once for each name of its actor: keyed hashes, times and minutes. A contact of an actor
-- whose names tell nothing has `actor_id` 0 and counts for its report alone.
CREATE TABLE contact_mark (
  tenant VARBINARY(64) NOT NULL,
  actor_id BINARY(16) NOT NULL,
  company VARBINARY(64) NOT NULL,
  start_time BIGINT NOT NULL,
  contact_id BINARY(16) NOT NULL,
  minutes INT NOT NULL,
  demand_id BINARY(16) NULL,
  report_id BINARY(16) NULL,
  PRIMARY KEY (tenant, actor_id, company, start_time, contact_id),
  KEY by_report (report_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
