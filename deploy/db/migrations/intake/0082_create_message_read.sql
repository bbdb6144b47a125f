-- How far a dialogue was read: by each person of the desk, and by the reporter's side (`reader` is empty).
CREATE TABLE message_read (
  report_id BINARY(16) NOT NULL,
  reader VARBINARY(200) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  number BIGINT NOT NULL,
  PRIMARY KEY (report_id, reader)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
