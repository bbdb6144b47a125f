-- A threshold that an actor's contacts crossed, and what became of it. `audience`: 0 everyone who sees customer
-- harassment cases, 1 those who see `case_id`, 2 first readers alone. `state`: mamori.triage.v1.ContactSignalState.
CREATE TABLE contact_crossing (
  crossing_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  company VARBINARY(64) NOT NULL,
  actor_id BINARY(16) NOT NULL,
  threshold VARBINARY(64) NOT NULL,
  policy_digest CHAR(64) CHARACTER SET ascii NOT NULL,
  value BIGINT NOT NULL,
  demand_id BINARY(16) NULL,
  window_end BIGINT NOT NULL,
  contact_id BINARY(16) NOT NULL,
  audience TINYINT NOT NULL,
  state TINYINT NOT NULL,
  case_id BINARY(16) NULL,
  create_time BIGINT NOT NULL,
  decided_by VARBINARY(200) NULL,
  decide_time BIGINT NULL,
  dismissal TINYINT NOT NULL DEFAULT 0,
  audit_first BINARY(32) NOT NULL,
  PRIMARY KEY (crossing_id),
  UNIQUE KEY once (tenant, contact_id, threshold),
  KEY by_actor (tenant, actor_id, company, window_end),
  KEY by_case (case_id, create_time, crossing_id),
  KEY by_state (tenant, state, create_time, crossing_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
