-- An index over case_access for lists; what is found through it is decided by the record. `relation` is 1 for a member
-- by name, 2 for a person kept out, 3 for a department kept out (`person` is its name), 4 when any department is
-- (`person` is empty). `create_time` is the case's.
CREATE TABLE case_visibility (
  tenant VARBINARY(64) NOT NULL,
  person VARBINARY(200) NOT NULL,
  relation TINYINT NOT NULL,
  create_time BIGINT NOT NULL,
  case_id BINARY(16) NOT NULL,
  PRIMARY KEY (tenant, person, relation, create_time, case_id),
  KEY by_case (case_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
