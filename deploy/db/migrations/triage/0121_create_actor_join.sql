-- A person's word that two actors are one. It is undone by `split_time`, never deleted but with a report it names.
CREATE TABLE actor_join (
  join_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  actor_id BINARY(16) NOT NULL,
  report_id BINARY(16) NOT NULL,
  other_actor_id BINARY(16) NOT NULL,
  other_report_id BINARY(16) NOT NULL,
  author VARBINARY(200) NOT NULL,
  create_time BIGINT NOT NULL,
  split_by VARBINARY(200) NULL,
  split_time BIGINT NULL,
  PRIMARY KEY (join_id),
  KEY by_actor (tenant, actor_id),
  KEY by_other_actor (tenant, other_actor_id),
  KEY by_report (report_id),
  KEY by_other_report (other_report_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
