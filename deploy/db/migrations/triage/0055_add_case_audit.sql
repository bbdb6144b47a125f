-- The hash of the first entry of the case's chain. NULL in rows from before the audit.
ALTER TABLE case_record ADD COLUMN audit_first BINARY(32) NULL;
