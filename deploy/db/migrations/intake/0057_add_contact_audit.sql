-- The random bytes of the commitment to the contact's body.
ALTER TABLE contact ADD COLUMN audit_random BINARY(32) NULL;
