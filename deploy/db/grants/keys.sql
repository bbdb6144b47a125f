-- What a service may do in its own schema of the key store. Data keys are erased by overwriting them; the list of
-- those is never shortened. An epoch's key stays as it was stored first.
GRANT SELECT, INSERT, UPDATE (wrapped, key_encryption_id) ON {schema}.key_batch TO {user};
GRANT SELECT, INSERT ON {schema}.erased_key TO {user};
GRANT SELECT, INSERT ON {schema}.epoch_key TO {user};
GRANT SELECT ON {schema}.schema_migration TO {user};
