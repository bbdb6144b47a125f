-- The first answer to each request id, kept for seven days.
CREATE TABLE request_id (
  request_key BINARY(32) PRIMARY KEY,
  body_digest BINARY(32) NOT NULL,
  response MEDIUMBLOB NOT NULL,
  create_time BIGINT NOT NULL,
  KEY by_create_time (create_time)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
