-- Legal holds: a serialized mamori.triage.v1.LegalHold, authenticated by `tag` under a key that is not here; the audit
-- knows its latest version.
CREATE TABLE legal_hold (
  hold_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  place_time BIGINT NOT NULL,
  released TINYINT NOT NULL,
  version BIGINT NOT NULL,
  audit_first BINARY(32) NOT NULL,
  tag BINARY(32) NOT NULL,
  record MEDIUMBLOB NOT NULL,
  PRIMARY KEY (hold_id),
  KEY by_time (tenant, place_time, hold_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
