-- As in `message`: of an anonymous report's file nothing is kept of the request by which it was begun.
ALTER TABLE evidence MODIFY request_key BINARY(32) NULL, ADD COLUMN forget_time BIGINT NOT NULL DEFAULT 0, ADD KEY by_forget (forget_time);
