-- Times that replicas have recorded. The newest is what a clock must not be behind; rows are only ever added.
CREATE TABLE time_mark (
  mark_id BINARY(16) NOT NULL,
  time BIGINT NOT NULL,
  PRIMARY KEY (mark_id),
  KEY by_time (time)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
