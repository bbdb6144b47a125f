-- The originals and derivatives of evidence, one row per blob. `chunk_count` is how many chunks are there; it moves with
-- each of them, in the same transaction, under the `writer` that opened the blob last.
CREATE TABLE evidence_blob (
  blob_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  writer BINARY(16) NOT NULL,
  chunk_count INT NOT NULL,
  PRIMARY KEY (blob_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
