-- The data keys whose content was erased. A key store that was set back erases them again before anything is served.
CREATE TABLE erased_key (
  key_id BINARY(16) NOT NULL,
  erase_time BIGINT NOT NULL,
  PRIMARY KEY (key_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
