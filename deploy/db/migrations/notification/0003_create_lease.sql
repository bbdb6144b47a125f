-- Who may do what only one process does at a time, with a fencing token.
CREATE TABLE lease (
  name VARBINARY(64) PRIMARY KEY,
  holder BINARY(16) NOT NULL,
  fence BIGINT NOT NULL,
  expire_time BIGINT NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
