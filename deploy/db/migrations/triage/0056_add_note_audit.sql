-- The random bytes of the commitment to the note's text.
ALTER TABLE case_note ADD COLUMN audit_random BINARY(32) NULL;
