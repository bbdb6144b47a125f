-- A company's cases in a state: without it a page of a small company's, or of a rare state, reads those of all
-- others in that state.
CREATE INDEX by_company_state ON case_record (tenant, company, state, severity, create_time, case_id,
  audience);
