-- What belongs to the tenant and no case: what data subjects ask, and breaches over several cases (`kind` is
-- audit::Kind of the record). A sealed message, authenticated by `tag` under a key that is not here; the audit knows its
-- latest version.
CREATE TABLE tenant_record (
  record_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  kind SMALLINT NOT NULL,
  create_time BIGINT NOT NULL,
  version BIGINT NOT NULL,
  audit_first BINARY(32) NOT NULL,
  tag BINARY(32) NOT NULL,
  record MEDIUMBLOB NOT NULL,
  PRIMARY KEY (record_id),
  KEY by_time (tenant, kind, create_time, record_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
