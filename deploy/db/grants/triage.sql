-- What the triage service may do, table by table. Cases and delivery outcomes are never deleted by
-- it; notes and the records of its work when a case is disposed of.
GRANT SELECT ON {schema}.schema_migration TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.outbox TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.inbox TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.lease TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.request_id TO {user};
GRANT SELECT, INSERT ON {schema}.policy_version TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.timer TO {user};
GRANT SELECT, INSERT, UPDATE ON {schema}.case_record TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.case_category TO {user};
GRANT SELECT, INSERT, UPDATE ON {schema}.case_report TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.case_note TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.case_work TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.work_item TO {user};
GRANT SELECT, INSERT ON {schema}.case_key TO {user};
GRANT SELECT, INSERT ON {schema}.erased_key TO {user};
GRANT SELECT, INSERT ON {schema}.case_delivery TO {user};
GRANT SELECT, INSERT, UPDATE ON {schema}.deadline TO {user};
GRANT SELECT, INSERT ON {schema}.statistics TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.watch_event TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.watch_log TO {user};
GRANT SELECT, INSERT, UPDATE ON {schema}.watch_head TO {user};
GRANT SELECT, INSERT, UPDATE ON {schema}.case_access TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.case_visibility TO {user};
-- What was superseded is only added to, and goes when the case is disposed of; one that is missing otherwise alarms.
GRANT SELECT, INSERT, DELETE ON {schema}.case_access_past TO {user};
GRANT SELECT, INSERT, UPDATE ON {schema}.handler_designation TO {user};
GRANT SELECT, INSERT, UPDATE ON {schema}.two_person_act TO {user};
GRANT SELECT, INSERT, UPDATE ON {schema}.legal_hold TO {user};
-- Deleted when its retention is over and two persons have said so.
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.tenant_record TO {user};
GRANT SELECT, INSERT ON {schema}.legal_hold_target TO {user};
GRANT SELECT, INSERT, UPDATE ON {schema}.hold_head TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.case_retention TO {user};
GRANT SELECT, INSERT ON {schema}.disposition TO {user};
GRANT SELECT, INSERT ON {schema}.opinion_model TO {user};
-- Times are only added, so that no service can take one back.
GRANT SELECT, INSERT ON {schema}.time_mark TO {user};
-- Deleted with a report that is erased.
GRANT SELECT, INSERT, DELETE ON {schema}.actor_mention TO {user};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.actor_join TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.report_sketch TO {user};
-- Of contacts those of a case that is disposed of are deleted; what was proposed is decided.
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.contact_actor TO {user};
GRANT SELECT, INSERT, DELETE ON {schema}.contact_mark TO {user};
GRANT SELECT, INSERT, DELETE, UPDATE (state, case_id, decided_by, decide_time, dismissal) ON {schema}.contact_crossing TO {user};
-- The audit is added to and read, nothing else.
GRANT SELECT, INSERT ON {schema}.audit_entry TO {user};
GRANT SELECT, INSERT ON {schema}.audit_group TO {user};
GRANT SELECT, INSERT ON {schema}.audit_checkpoint TO {user};
GRANT SELECT, INSERT ON {schema}.audit_leaf TO {user};
GRANT SELECT, INSERT ON {schema}.audit_delivery TO {user};
