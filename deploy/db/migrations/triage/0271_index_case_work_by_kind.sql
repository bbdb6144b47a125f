-- Which cases people have judged: for training the second opinion.
CREATE INDEX by_kind ON case_work (tenant, kind, case_id);
