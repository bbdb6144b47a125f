-- The dialogue about a report, one row per message. `number` is its place; `body` is sealed under a key that is not
-- here, `request_key` a keyed hash of the client's request id. `due_time` is from when on the desk's streams carry it:
-- an anonymous reporter's waits a random time; 0 is at once. Never changed.
CREATE TABLE message (
  report_id BINARY(16) NOT NULL,
  number BIGINT NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  message_id BINARY(16) NOT NULL,
  side TINYINT NOT NULL,
  author VARBINARY(200) NOT NULL,
  create_time BIGINT NOT NULL,
  due_time BIGINT NOT NULL,
  request_key BINARY(32) NOT NULL,
  body_digest BINARY(32) NOT NULL,
  audit_random BINARY(32) NOT NULL,
  body MEDIUMBLOB NOT NULL,
  PRIMARY KEY (report_id, number),
  UNIQUE KEY by_request (request_key)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
