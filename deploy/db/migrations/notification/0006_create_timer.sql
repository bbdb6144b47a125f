-- Durable timers: here the escalation of notifications that nobody acknowledged.
CREATE TABLE timer (
  timer_id BINARY(16) PRIMARY KEY,
  tenant VARBINARY(64) NOT NULL,
  kind VARBINARY(32) NOT NULL,
  subject_id BINARY(16) NOT NULL,
  due_time BIGINT NOT NULL,
  payload VARBINARY(1024) NOT NULL,
  attempt_count INT NOT NULL DEFAULT 0,
  KEY by_due_time (due_time),
  KEY by_subject (kind, subject_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
