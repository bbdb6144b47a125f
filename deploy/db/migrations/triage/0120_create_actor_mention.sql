-- Whom a report tells of: `actor_id` is a keyed hash of a normalised name, no name is here. `create_time` is when the
-- report was taken into its case; case_report says which that is now.
CREATE TABLE actor_mention (
  tenant VARBINARY(64) NOT NULL,
  actor_id BINARY(16) NOT NULL,
  create_time BIGINT NOT NULL,
  report_id BINARY(16) NOT NULL,
  kind TINYINT NOT NULL,
  ordinal SMALLINT NOT NULL,
  PRIMARY KEY (tenant, actor_id, create_time, report_id),
  KEY by_report (report_id, actor_id),
  KEY by_time (tenant, create_time, report_id, actor_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
