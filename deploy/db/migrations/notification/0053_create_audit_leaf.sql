-- What a checkpoint's root is over: how far each chain had come that had grown. It stays inside.
CREATE TABLE audit_leaf (
  number BIGINT NOT NULL,
  chunk BIGINT NOT NULL,
  leaves MEDIUMBLOB NOT NULL,
  PRIMARY KEY (number, chunk)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
