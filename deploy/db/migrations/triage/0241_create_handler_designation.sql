-- Who is designated to handle cases of public-interest whistleblowing: a serialized mamori.triage.v1.DesignatedHandler
-- with all that happened to it, authenticated by `tag` under a key that is not here; the audit knows its latest version.
CREATE TABLE handler_designation (
  handler_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  person VARBINARY(200) NOT NULL,
  version BIGINT NOT NULL,
  audit_first BINARY(32) NOT NULL,
  tag BINARY(32) NOT NULL,
  record MEDIUMBLOB NOT NULL,
  PRIMARY KEY (handler_id),
  UNIQUE KEY by_person (tenant, person)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
