-- The work on one or more reports. `categories` holds the ids of acts, alphabetical, with commas. `version` grows
-- by one with every change and is the etag; `event_sequence` is that of the last event appended to the outbox.
-- Each index ends in the order of the list, so that a page costs the same among ten thousand and a million.
CREATE TABLE case_record (
  case_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  company VARBINARY(64) NOT NULL,
  state TINYINT NOT NULL,
  report_kind TINYINT NOT NULL,
  severity TINYINT NOT NULL,
  assignee VARBINARY(200) NOT NULL,
  categories VARBINARY(2048) NOT NULL,
  policy_digest CHAR(64) CHARACTER SET ascii NOT NULL,
  merged_into BINARY(16) NULL,
  version BIGINT NOT NULL,
  event_sequence BIGINT NOT NULL,
  create_time BIGINT NOT NULL,
  update_time BIGINT NOT NULL,
  PRIMARY KEY (case_id),
  KEY by_time (tenant, create_time, case_id),
  KEY by_state (tenant, state, severity, create_time, case_id),
  KEY by_assignee (tenant, assignee, create_time, case_id),
  KEY by_company (tenant, company, create_time, case_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
