-- First entries that one transaction wrote, together in one row, with the root over their hashes.
CREATE TABLE audit_group (
  group_id BINARY(16) NOT NULL,
  time BIGINT NOT NULL,
  count BIGINT NOT NULL,
  root BINARY(32) NOT NULL,
  mac BINARY(32) NOT NULL,
  entries MEDIUMBLOB NOT NULL,
  PRIMARY KEY (group_id),
  KEY by_time (time)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
