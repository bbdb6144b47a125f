-- Events waiting for the relay. See common/outbox/outbox.h.
CREATE TABLE outbox (
  shard SMALLINT NOT NULL,
  due_time BIGINT NOT NULL,
  subject_id BINARY(16) NOT NULL,
  subject_sequence BIGINT NOT NULL,
  create_time BIGINT NOT NULL,
  attempt_count INT NOT NULL DEFAULT 0,
  refused TINYINT NOT NULL DEFAULT 0,
  event MEDIUMBLOB NOT NULL,
  PRIMARY KEY (shard, due_time, subject_id, subject_sequence)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
