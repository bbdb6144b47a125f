-- 1 for a case that has an anonymous report: its times are told to the day.
ALTER TABLE case_record ADD COLUMN anonymous TINYINT NOT NULL DEFAULT 0;
