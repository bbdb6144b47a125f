-- Identities that were opened: an act of two persons opens one, once. `request_key` is a keyed hash of who asked and by
-- which request id, so that the same call again is the same reading.
CREATE TABLE identity_reading (
  act_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  report_id BINARY(16) NOT NULL,
  create_time BIGINT NOT NULL,
  request_key BINARY(32) NOT NULL,
  told TINYINT NOT NULL,
  PRIMARY KEY (act_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
