-- The random bytes of the commitment to the report's body, and the hash of the first entry of its chain. NULL in rows
-- from before the audit.
ALTER TABLE report
  ADD COLUMN audit_random BINARY(32) NULL,
  ADD COLUMN audit_first BINARY(32) NULL;
