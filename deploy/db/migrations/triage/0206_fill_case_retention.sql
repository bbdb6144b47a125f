-- Cases that were closed (7), withdrawn (8) or merged (9) before: since their last change at the latest. May be run again.
INSERT IGNORE INTO case_retention (case_id, tenant, close_time)
  SELECT case_id, tenant, update_time FROM case_record WHERE state IN (7, 8, 9);
