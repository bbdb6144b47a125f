-- What the intake service may do, table by table. Reports, supplements and contacts are never changed by it:
-- of a report only the event counter moves. They are deleted when triage says that their case was disposed of.
GRANT SELECT, INSERT, DELETE ON {schema}.request_id TO {user};
GRANT SELECT, INSERT, DELETE, UPDATE (event_sequence) ON {schema}.report TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.supplement TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.contact TO {user};
-- A new receipt takes the place of the old one, which is gone then.
GRANT SELECT, INSERT, DELETE ON {schema}.receipt TO {user};
-- What people wrote and decided is never changed, and deleted with the report that it belongs to. By which request an
-- anonymous reporter wrote is forgotten earlier.
GRANT SELECT, INSERT, DELETE, UPDATE (request_key, forget_time) ON {schema}.message TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.message_read TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.withdrawal TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.reporter_identity TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.sharing TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.consent TO {user};
-- That an identity was opened goes with its report, and the audit keeps it.
GRANT SELECT, INSERT, DELETE ON {schema}.identity_reading TO {user};
-- A file's bytes are added to and, once its evidence is gone, deleted. Of its row only how far it is moves, and the request
-- by which it was begun is forgotten. The chain of custody is added to, and goes with its report.
GRANT SELECT, INSERT, DELETE, UPDATE (state, complete_time, request_key, forget_time) ON {schema}.evidence TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.evidence_access TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.evidence_drop TO {user};
GRANT SELECT, INSERT, DELETE, UPDATE (writer, chunk_count) ON {schema}.evidence_blob TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.evidence_chunk TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.outbox TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.inbox TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.lease TO {user};
GRANT SELECT ON {schema}.schema_migration TO {user};
-- What was erased stays listed.
GRANT SELECT, INSERT ON {schema}.erased_key TO {user};
-- The audit is added to and read, nothing else.
GRANT SELECT, INSERT ON {schema}.audit_entry TO {user};
GRANT SELECT, INSERT ON {schema}.audit_group TO {user};
GRANT SELECT, INSERT ON {schema}.audit_checkpoint TO {user};
GRANT SELECT, INSERT ON {schema}.audit_leaf TO {user};
GRANT SELECT, INSERT ON {schema}.audit_delivery TO {user};
