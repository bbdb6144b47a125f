-- What is locked while an actor's contacts are counted: two contacts of one actor are never counted at once.
CREATE TABLE contact_actor (
  tenant VARBINARY(64) NOT NULL,
  actor_id BINARY(16) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant, actor_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
