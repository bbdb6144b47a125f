-- Who may see a case is in case_access; here stand that record's version and, for lists, by which roles the case is
-- seen (authz::AudienceOf). Cases from before have none of both and are shown to nobody.
ALTER TABLE case_record
  ADD COLUMN access_version BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN audience SMALLINT NOT NULL DEFAULT 0,
  DROP KEY by_state,
  ADD KEY by_state (tenant, state, severity, create_time, case_id, audience);
