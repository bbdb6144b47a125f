-- Whose certificate it is, as audit::Kind: 2 for a case, else a record of the tenant, whose id `case_id` is then.
ALTER TABLE disposition ADD COLUMN kind SMALLINT NOT NULL DEFAULT 2;
