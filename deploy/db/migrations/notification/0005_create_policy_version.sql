-- Policy versions met so far, immutable, by digest (lower-case hex).
CREATE TABLE policy_version (
  digest CHAR(64) CHARACTER SET ascii PRIMARY KEY,
  bytes MEDIUMBLOB NOT NULL,
  create_time BIGINT NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
