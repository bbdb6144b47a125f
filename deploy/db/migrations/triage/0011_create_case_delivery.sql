-- What became of the notices about a case, one row per event of the notification service. `outcome` is 1 for
-- sent, 2 for failed, 3 for acknowledged; `subject_id` is the delivery, for an acknowledgement the notification.
CREATE TABLE case_delivery (
  event_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  case_id BINARY(16) NOT NULL,
  subject_id BINARY(16) NOT NULL,
  outcome TINYINT NOT NULL,
  outcome_time BIGINT NOT NULL,
  PRIMARY KEY (event_id),
  KEY by_case (case_id, outcome_time)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
