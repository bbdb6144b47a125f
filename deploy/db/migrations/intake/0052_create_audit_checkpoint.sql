-- What the service signed of its audit every few seconds (mamori.v1.Checkpoint).
CREATE TABLE audit_checkpoint (
  number BIGINT NOT NULL,
  time BIGINT NOT NULL,
  previous VARBINARY(32) NOT NULL,
  root BINARY(32) NOT NULL,
  signature BINARY(64) NOT NULL,
  PRIMARY KEY (number),
  KEY by_time (time)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
