-- The data key of a case's content (notes and the answers kept for repeats), once there is some. From here on those are
-- sealed (common/sealing/envelope.h); a note's `audit_random` is NULL, since the random bytes are sealed with it.
CREATE TABLE case_key (
  case_id BINARY(16) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  key_id BINARY(16) NOT NULL,
  PRIMARY KEY (case_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
