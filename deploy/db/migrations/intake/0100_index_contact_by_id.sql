-- Triage reads contacts by their ids.
ALTER TABLE contact ADD KEY by_id (contact_id);
