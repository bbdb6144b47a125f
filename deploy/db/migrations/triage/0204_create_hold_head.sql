-- One row a tenant: whoever places a hold and whoever disposes of something writes it, so that neither overlooks the
-- other, on whatever node.
CREATE TABLE hold_head (
  tenant VARBINARY(64) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
