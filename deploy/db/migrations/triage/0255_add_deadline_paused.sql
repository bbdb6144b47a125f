-- How long a deadline has stood paused, all its pauses that are over, in microseconds: a clock may limit it.
ALTER TABLE deadline ADD COLUMN paused_micros BIGINT NOT NULL DEFAULT 0;
