-- A case's deadlines begin together and are read together: they lie side by side.
ALTER TABLE deadline DROP PRIMARY KEY, DROP INDEX by_case, ADD PRIMARY KEY (case_id, deadline_id);
