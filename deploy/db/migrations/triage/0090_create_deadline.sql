-- What is due in cases. `clock` is one of the case's policy version; `rank_order` is 0 for what is most urgent, so that
-- the queue reads its index forwards; `due_day` counts days from 1970-01-01 in the company's zone. `next_time` is when
-- the next step comes: the timers do it, and the auditor finds by it what they did not do.
CREATE TABLE deadline (
  deadline_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  case_id BINARY(16) NOT NULL,
  company VARBINARY(64) NOT NULL,
  clock VARBINARY(64) NOT NULL,
  regime TINYINT NOT NULL,
  rank_order TINYINT NOT NULL,
  state TINYINT NOT NULL,
  start_time BIGINT NOT NULL,
  due_time BIGINT NOT NULL,
  due_day INT NOT NULL,
  next_time BIGINT NULL,
  steps_done TINYINT NOT NULL,
  pause_time BIGINT NULL,
  end_time BIGINT NULL,
  completer VARBINARY(200) NOT NULL,
  PRIMARY KEY (deadline_id),
  KEY by_case (case_id),
  KEY by_queue (tenant, state, rank_order, due_time, deadline_id),
  KEY by_next_time (next_time)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
