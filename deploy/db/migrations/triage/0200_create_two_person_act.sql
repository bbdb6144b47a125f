-- Acts of two persons: a serialized mamori.triage.v1.TwoPersonAct, authenticated by `tag` under a key that is not here;
-- the audit knows its latest version. `resource` is the name of what it is about.
CREATE TABLE two_person_act (
  act_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  resource VARBINARY(64) NOT NULL,
  create_time BIGINT NOT NULL,
  version BIGINT NOT NULL,
  audit_first BINARY(32) NOT NULL,
  tag BINARY(32) NOT NULL,
  record MEDIUMBLOB NOT NULL,
  PRIMARY KEY (act_id),
  KEY by_resource (tenant, resource, create_time, act_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
