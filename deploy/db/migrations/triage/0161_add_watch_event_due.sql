-- From when on the change may be streamed: what an anonymous report causes waits a random time. 0 is at once.
ALTER TABLE watch_event ADD COLUMN due_time BIGINT NOT NULL DEFAULT 0;
