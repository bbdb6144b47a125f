-- Claims take what is urgent first: each urgency is a range of its own, in the order of due times. claim_token is
-- the claim's own name: by it a dispatcher whose COMMIT was answered by nobody finds out what it holds.
ALTER TABLE delivery
  ADD COLUMN claim_token BINARY(16) NULL,
  DROP KEY by_due_time,
  ADD KEY by_urgency (state, channel, urgency, due_time);
