-- The random bytes of the commitment to the supplement's body.
ALTER TABLE supplement ADD COLUMN audit_random BINARY(32) NULL;
