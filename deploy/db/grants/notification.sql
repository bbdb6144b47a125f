-- What the notification service may do, table by table. No DDL, and nothing in other schemas.
GRANT SELECT ON {schema}.schema_migration TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.outbox TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.inbox TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.lease TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.request_id TO {user};
GRANT SELECT, INSERT ON {schema}.policy_version TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.timer TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.notification TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.delivery TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.webhook_endpoint TO {user};
-- The audit is added to and read, nothing else.
GRANT SELECT, INSERT ON {schema}.audit_entry TO {user};
GRANT SELECT, INSERT ON {schema}.audit_group TO {user};
GRANT SELECT, INSERT ON {schema}.audit_checkpoint TO {user};
GRANT SELECT, INSERT ON {schema}.audit_leaf TO {user};
GRANT SELECT, INSERT ON {schema}.audit_delivery TO {user};
