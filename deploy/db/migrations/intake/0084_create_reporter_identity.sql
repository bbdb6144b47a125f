-- Whose report it is, apart from the report: `person_hash` is a keyed hash of report and person, so that two reports of
-- one person are not told from those of two. `role` is 1 for the reporter, 2 for who reported for someone else.
-- `identity`, sealed, is what a confidential reporter said of themselves. `tag` authenticates the row.
CREATE TABLE reporter_identity (
  report_id BINARY(16) NOT NULL,
  person_hash BINARY(32) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  role TINYINT NOT NULL,
  tag BINARY(32) NOT NULL,
  identity MEDIUMBLOB NOT NULL,
  PRIMARY KEY (report_id, person_hash)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
