-- One row: the last position given, and the last that was pruned. The sequencer holds its lock while it gives
-- positions, which makes it the only one.
CREATE TABLE watch_head (
  name VARBINARY(16) NOT NULL,
  position BIGINT NOT NULL,
  floor BIGINT NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
