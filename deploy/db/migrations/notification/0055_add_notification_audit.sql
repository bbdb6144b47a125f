-- The hash of the first entry of the notification's chain. NULL in rows from before the audit.
ALTER TABLE notification ADD COLUMN audit_first BINARY(32) NULL;
