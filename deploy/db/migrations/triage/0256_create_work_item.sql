-- What is still to be done in cases, for the lists over them: a task or an action against recurrence that is open, by
-- the record in case_work that it stands for, of which row_id is the newest version. Kept with that record in one
-- transaction; gone when it is done. kind as in case_work; stage 1: to be done, 2: done, to be reviewed; due_time is
-- that of the stage.
CREATE TABLE work_item (
  record_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  case_id BINARY(16) NOT NULL,
  kind SMALLINT NOT NULL,
  stage SMALLINT NOT NULL,
  owner VARBINARY(200) NOT NULL,
  due_time BIGINT NOT NULL,
  row_id BINARY(16) NOT NULL,
  PRIMARY KEY (record_id),
  KEY by_due (tenant, kind, due_time, record_id),
  KEY by_owner (tenant, owner, kind, due_time, record_id),
  KEY by_case (case_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
