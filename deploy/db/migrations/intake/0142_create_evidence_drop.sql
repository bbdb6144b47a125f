-- Blobs whose evidence is gone: their chunks are deleted a few at a time, and then the row here.
CREATE TABLE evidence_drop (
  blob_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  PRIMARY KEY (blob_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
