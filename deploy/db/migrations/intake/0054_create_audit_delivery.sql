-- Which checkpoints a sink has confirmed that cannot be asked for its last one.
CREATE TABLE audit_delivery (
  sink VARBINARY(32) NOT NULL,
  number BIGINT NOT NULL,
  time BIGINT NOT NULL,
  PRIMARY KEY (sink, number)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
