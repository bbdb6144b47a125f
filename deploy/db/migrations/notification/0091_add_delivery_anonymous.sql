-- 1 for a delivery about a case with an anonymous report: its times are told to the day once it has come to rest.
ALTER TABLE delivery ADD COLUMN anonymous TINYINT NOT NULL DEFAULT 0;
