-- The models for the second opinion that were trained from a tenant's confirmed cases: a serialized
-- mamori.v1.OpinionModel by its digest. `sequence` counts from 1 for each policy version; the highest one is in force.
-- Only ever added to: reports that were assessed name their version.
CREATE TABLE opinion_model (
  tenant VARBINARY(64) NOT NULL,
  policy_digest CHAR(64) CHARACTER SET ascii NOT NULL,
  sequence INT NOT NULL,
  version CHAR(64) CHARACTER SET ascii NOT NULL,
  previous_version VARCHAR(64) CHARACTER SET ascii NOT NULL,
  act_id BINARY(16) NOT NULL,
  create_time BIGINT NOT NULL,
  model MEDIUMBLOB NOT NULL,
  PRIMARY KEY (tenant, policy_digest, sequence),
  KEY opinion_model_by_version (tenant, version)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
