-- What the intake service may do, table by table. Reports, supplements and contacts are never deleted or changed
-- by it: of a report only the event counter moves.
GRANT SELECT, INSERT, DELETE ON {schema}.request_id TO {user};
GRANT SELECT, INSERT, UPDATE (event_sequence) ON {schema}.report TO {user};
GRANT SELECT, INSERT ON {schema}.supplement TO {user};
GRANT SELECT, INSERT ON {schema}.contact TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.outbox TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.lease TO {user};
GRANT SELECT ON {schema}.schema_migration TO {user};
