-- name: lock
-- scope: operator (one migration at a time, across hosts)
SELECT pg_advisory_xact_lock(hashtext('onapi migrate'));

-- name: patience
-- scope: operator (a migration must not queue up all requests behind it)
SET LOCAL lock_timeout = '5s';

-- name: table_exists
-- scope: operator (the schema)
SELECT to_regclass('migrations') IS NOT NULL;

-- name: create_table
-- scope: operator (the schema)
CREATE TABLE IF NOT EXISTS migrations (
    name       text PRIMARY KEY,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- name: applied
-- scope: operator (the schema)
SELECT name, checksum FROM migrations ORDER BY name;

-- name: resume_journal
-- scope: operator (the journal goes on above what it holds, after a restore)
SELECT resume_journal();

-- name: record
-- scope: operator (the schema)
INSERT INTO migrations (name, checksum) VALUES ($name, $checksum);
