-- Receivers of webhooks. Both secrets are sealed with the key of the configuration's webhook.secret_key_file.
CREATE TABLE webhook_endpoint (
  endpoint_id BINARY(16) PRIMARY KEY,
  tenant VARBINARY(64) NOT NULL,
  company VARBINARY(64) NOT NULL,
  url VARBINARY(2048) NOT NULL,
  event_types VARBINARY(4096) NOT NULL,
  disabled TINYINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL DEFAULT 1,
  secret VARBINARY(256) NOT NULL,
  previous_secret VARBINARY(256) NOT NULL DEFAULT '',
  previous_expire_time BIGINT NULL,
  create_time BIGINT NOT NULL,
  KEY by_company (tenant, company),
  KEY by_tenant (tenant, create_time, endpoint_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
