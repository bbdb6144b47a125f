-- A report, what lists show of it and its request id become one row, stored in the order in which lists show
-- reports: a page reads neighbouring rows, and a report is written with half the work. The row is its request id's
-- stored answer, since the answer is the report's name. `request_key` and `summary` are NULL in rows from before:
-- such a report's list entry is read from its body.
ALTER TABLE report
  ADD COLUMN request_key BINARY(32) NULL,
  ADD COLUMN body_digest BINARY(32) NULL,
  ADD COLUMN summary VARBINARY(4096) NULL,
  MODIFY event_sequence BIGINT NOT NULL DEFAULT 1,
  DROP COLUMN immediate_danger,
  DROP PRIMARY KEY,
  ADD PRIMARY KEY (tenant, create_time, report_id),
  ADD UNIQUE KEY by_id (report_id),
  ADD UNIQUE KEY by_request (request_key),
  ADD KEY by_company (tenant, company, create_time, report_id),
  ADD KEY by_kind (tenant, kind, create_time, report_id);
