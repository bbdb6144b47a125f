-- 1 for a notification about a case with an anonymous report: its times are told to the day.
ALTER TABLE notification ADD COLUMN anonymous TINYINT NOT NULL DEFAULT 0;
