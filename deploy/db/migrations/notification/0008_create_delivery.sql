-- One message to one receiver by one channel. delivery_id is derived from the fact, so that one fact never gets
-- two (services/notification/identity.h). due_time means, by state: PENDING when the next attempt is due; SENDING
-- when the claim ends; SENT, DEAD and UNKNOWN when it came to rest. fence grows with every claim and stands in
-- the WHERE of every write that a claim entitles to.
CREATE TABLE delivery (
  delivery_id BINARY(16) PRIMARY KEY,
  tenant VARBINARY(64) NOT NULL,
  company VARBINARY(64) NOT NULL,
  case_id BINARY(16) NOT NULL,
  notification_id BINARY(16) NOT NULL,
  channel TINYINT NOT NULL,
  receiver VARBINARY(320) NOT NULL,
  urgency TINYINT NOT NULL,
  event_type VARBINARY(32) NOT NULL,
  escalation_step SMALLINT NOT NULL DEFAULT 0,
  policy_digest BINARY(32) NOT NULL,
  state TINYINT NOT NULL,
  attempt_count INT NOT NULL DEFAULT 0,
  fence BIGINT NOT NULL DEFAULT 0,
  due_time BIGINT NOT NULL,
  create_time BIGINT NOT NULL,
  sent_time BIGINT NULL,
  last_error VARBINARY(64) NOT NULL DEFAULT '',
  KEY by_due_time (state, channel, due_time),
  KEY by_tenant (tenant, create_time, delivery_id),
  KEY by_state (tenant, state, create_time, delivery_id),
  KEY by_case (case_id, create_time, delivery_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
