-- The first answer of every request id, kept 7 days (common/idempotency).
CREATE TABLE request_id (
  request_key BINARY(32) NOT NULL,
  body_digest BINARY(32) NOT NULL,
  response MEDIUMBLOB NOT NULL,
  create_time BIGINT NOT NULL,
  PRIMARY KEY (request_key),
  KEY by_create_time (create_time)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
