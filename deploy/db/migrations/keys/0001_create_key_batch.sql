-- Wrapped data keys, 64 of a tenant in a row, in the order of their numbers: a key's id is the batch's and its number.
-- `key_encryption_id` names the key that wraps them, which no database has. An erased key is zeros.
CREATE TABLE key_batch (
  batch_id BINARY(14) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  key_encryption_id BINARY(8) NOT NULL,
  create_time BIGINT NOT NULL,
  wrapped BLOB NOT NULL,
  PRIMARY KEY (batch_id),
  KEY by_key_encryption (key_encryption_id, batch_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
