-- The last event applied of each subject. See common/outbox/inbox.h.
CREATE TABLE inbox (
  source VARBINARY(32) NOT NULL,
  subject_id BINARY(16) NOT NULL,
  last_sequence BIGINT NOT NULL,
  last_event_id BINARY(16) NOT NULL,
  update_time BIGINT NOT NULL,
  PRIMARY KEY (source, subject_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
