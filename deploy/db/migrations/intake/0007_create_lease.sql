-- Who relays which shard, with the fencing token (common/worker).
CREATE TABLE lease (
  name VARBINARY(64) NOT NULL,
  holder BINARY(16) NOT NULL,
  fence BIGINT NOT NULL,
  expire_time BIGINT NOT NULL,
  PRIMARY KEY (name)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
