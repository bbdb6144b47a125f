-- What holds name: `kind` 1 is a case by its id, 2 a person by subject. A case that a held one is merged into is added.
CREATE TABLE legal_hold_target (
  tenant VARBINARY(64) NOT NULL,
  kind TINYINT NOT NULL,
  target VARBINARY(200) NOT NULL,
  hold_id BINARY(16) NOT NULL,
  PRIMARY KEY (tenant, kind, target, hold_id),
  KEY by_hold (hold_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
