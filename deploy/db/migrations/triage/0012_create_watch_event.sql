-- Changes of cases that have no position in watch_log yet. Written with the change; the sequencer moves them on
-- in the order of this key, so that the changes of one case stay in theirs.
CREATE TABLE watch_event (
  case_id BINARY(16) NOT NULL,
  version BIGINT NOT NULL,
  ordinal SMALLINT NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  event MEDIUMBLOB NOT NULL,
  PRIMARY KEY (case_id, version, ordinal)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
