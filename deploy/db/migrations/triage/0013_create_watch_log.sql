-- Changes of cases in the order in which they are streamed. Positions are given by one sequencer at a time and
-- become visible in their order: whoever has read up to one misses nothing before it. Kept for seven days.
CREATE TABLE watch_log (
  position BIGINT NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  create_time BIGINT NOT NULL,
  event MEDIUMBLOB NOT NULL,
  PRIMARY KEY (position),
  KEY by_tenant (tenant, position)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
