-- What people wrote about a case. Never changed.
CREATE TABLE case_note (
  note_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  case_id BINARY(16) NOT NULL,
  author VARBINARY(200) NOT NULL,
  create_time BIGINT NOT NULL,
  text MEDIUMBLOB NOT NULL,
  PRIMARY KEY (note_id),
  KEY by_case (case_id, create_time)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
