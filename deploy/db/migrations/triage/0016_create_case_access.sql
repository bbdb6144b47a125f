-- Who may see a case: a serialized mamori.v1.CaseAccess, authenticated by `tag` under a key that is not here.
CREATE TABLE case_access (
  case_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  version BIGINT NOT NULL,
  tag BINARY(32) NOT NULL,
  record MEDIUMBLOB NOT NULL,
  PRIMARY KEY (case_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
