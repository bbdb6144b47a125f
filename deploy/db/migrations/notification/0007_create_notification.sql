-- One fact told to one group. event_sequence is the sequence of the last event this service has stated about
-- it; policy_digest is the version that routed it and that its escalation follows.
CREATE TABLE notification (
  notification_id BINARY(16) PRIMARY KEY,
  tenant VARBINARY(64) NOT NULL,
  company VARBINARY(64) NOT NULL,
  case_id BINARY(16) NOT NULL,
  event_type VARBINARY(32) NOT NULL,
  urgency TINYINT NOT NULL,
  route VARBINARY(64) NOT NULL,
  recipient_group VARBINARY(64) NOT NULL,
  escalation_step SMALLINT NOT NULL DEFAULT 0,
  policy_digest BINARY(32) NOT NULL,
  event_sequence BIGINT NOT NULL DEFAULT 0,
  create_time BIGINT NOT NULL,
  acknowledge_time BIGINT NULL,
  acknowledger VARBINARY(256) NOT NULL DEFAULT '',
  KEY by_tenant (tenant, create_time, notification_id),
  KEY by_case (case_id, create_time, notification_id),
  KEY by_create_time (create_time)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
