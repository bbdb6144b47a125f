-- From here on `body` and `summary` are sealed (common/sealing/envelope.h), here as in `supplement`, `contact` and the
-- answers of `request_id`. A summary is a report's heading: the random bytes of the commitment in the audit, and what
-- lists show unless it is large. `body_digest` is that commitment; `audit_random` is NULL.
ALTER TABLE report MODIFY summary VARBINARY(4224) NULL;
