-- The key of a tenant for as long as one key of the key service wraps (an epoch), which wraps the tenant's data keys. Wrapped
-- itself with the key service's key, whose epoch it is; every replica uses the one that was stored first.
CREATE TABLE epoch_key (
  epoch_id BINARY(8) NOT NULL,
  tenant VARBINARY(64) NOT NULL,
  wrapped VARBINARY(4096) NOT NULL,
  PRIMARY KEY (epoch_id, tenant)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
