-- The published numbers of closed months, as they are told: `month` is 202611 for November 2026, `statistics` a
-- serialized mamori.triage.v1.Statistics. Written once, never changed.
CREATE TABLE statistics (
  tenant VARBINARY(64) NOT NULL,
  month INT NOT NULL,
  create_time BIGINT NOT NULL,
  statistics MEDIUMBLOB NOT NULL,
  PRIMARY KEY (tenant, month)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
