-- The sealed bytes of a blob, at most 1 MiB a row: each binds its place, so that rows cannot change places, be cut off or
-- be put under another blob.
CREATE TABLE evidence_chunk (
  blob_id BINARY(16) NOT NULL,
  chunk_index INT NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  sealed MEDIUMBLOB NOT NULL,
  PRIMARY KEY (blob_id, chunk_index)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
