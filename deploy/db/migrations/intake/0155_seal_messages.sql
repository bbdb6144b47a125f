-- From here on `body` is sealed with the data key of its report and begins with the random bytes of its commitment in the
-- audit; `body_digest` and `audit_random` are NULL: no hash of the words stands beside them.
ALTER TABLE message MODIFY body_digest BINARY(32) NULL, MODIFY audit_random BINARY(32) NULL;
