-- `request_key` is NULL once its time is over: of an anonymous report at `forget_time`, the end of the day after the one
-- on which the message was sent; 0 is never. Messages that are older than this column keep theirs until their disposal.
ALTER TABLE message MODIFY request_key BINARY(32) NULL, ADD COLUMN forget_time BIGINT NOT NULL DEFAULT 0, ADD KEY by_forget (forget_time);
