-- The two functions that make delta reads gapless (docs/explanation/deltas.md).

-- The moment of a change, as every changed row is stamped. The transaction gets its id first, so that a
-- reader who looks at the open transactions either sees this one or is older than the moment.
CREATE FUNCTION stamp() RETURNS timestamptz LANGUAGE sql VOLATILE
RETURN CASE WHEN pg_current_xact_id() IS NOT NULL THEN clock_timestamp() END;

-- No transaction that is still open, or that starts later, can stamp a row before this moment.
-- Read it in a statement of its own, before the rows: a statement sees the rows as they were when it began.
-- A session that hides its transactions (track_activities off) counts from when it connected.
CREATE FUNCTION horizon() RETURNS timestamptz LANGUAGE sql VOLATILE
RETURN LEAST(
    statement_timestamp(),
    (SELECT min(COALESCE(xact_start, backend_start, '-infinity')) FROM pg_stat_activity
      WHERE datname = current_database() AND backend_xid IS NOT NULL),
    (SELECT min(prepared) FROM pg_prepared_xacts WHERE database = current_database())
);

CREATE TABLE facts (
    name  text PRIMARY KEY,
    value text NOT NULL
);
COMMENT ON TABLE facts IS 'The few single values that all processes share, such as the key of cursors.';
