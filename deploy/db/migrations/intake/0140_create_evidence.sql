-- Files of reports, one row per file; the bytes are in evidence_blob and evidence_chunk. `state` is 1 while bytes are
-- missing, 2 once complete, 3 once inspected: only it and `complete_time` ever change. `body`, sealed with the report's
-- data key, holds name, size and hash; `request_key` is a keyed hash of the client's request id, `body_digest` one of
-- what was declared. `chunk_count` is how many chunks the whole file has. Of an anonymous report the times are by day.
CREATE TABLE evidence (
  evidence_id BINARY(16) NOT NULL,
  report_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  side TINYINT NOT NULL,
  author VARBINARY(200) NOT NULL,
  anonymous TINYINT NOT NULL,
  create_time BIGINT NOT NULL,
  complete_time BIGINT NOT NULL,
  state TINYINT NOT NULL,
  chunk_count INT NOT NULL,
  blob_id BINARY(16) NOT NULL,
  derivative_id BINARY(16) NOT NULL,
  request_key BINARY(32) NOT NULL,
  body_digest BINARY(32) NOT NULL,
  body MEDIUMBLOB NOT NULL,
  PRIMARY KEY (evidence_id),
  UNIQUE KEY by_request (request_key),
  KEY by_report (report_id, create_time, evidence_id),
  KEY by_state (state, evidence_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
