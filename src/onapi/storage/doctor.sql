-- name: facts
-- scope: operator (the server and its settings)
SELECT current_setting('server_version_num')::integer / 10000 AS version,
       pg_encoding_to_char(encoding) AS encoding,
       pg_has_role(current_user, 'pg_read_all_stats', 'usage') AS sees_all_sessions,
       current_setting('track_activities')::boolean AS track_activities,
       current_setting('fsync')::boolean AS fsync,
       current_setting('synchronous_commit') AS synchronous_commit,
       extract(epoch FROM clock_timestamp() - COALESCE(
           (SELECT min(xact_start) FROM pg_stat_activity
             WHERE datname = current_database() AND backend_xid IS NOT NULL),
           clock_timestamp()))::float8 AS horizon_age_s,
       extract(epoch FROM clock_timestamp() - COALESCE(
           (SELECT min(xact_start) FROM pg_stat_activity
             WHERE datname <> current_database() AND backend_xid IS NOT NULL),
           clock_timestamp()))::float8 AS elsewhere_age_s,
       (SELECT count(*) FROM pg_index WHERE NOT indisvalid) AS invalid_indexes
  FROM pg_database WHERE datname = current_database();

-- name: orders
-- scope: operator (how many, not whose)
SELECT count(*) FILTER (WHERE due_at = 'infinity') AS stuck,
       coalesce(extract(epoch FROM clock_timestamp() - min(due_at) FILTER (
           WHERE state = 'RECEIVED' AND due_at <= clock_timestamp()
             AND NOT EXISTS (SELECT FROM orders e WHERE e.access_id = o.access_id AND e.state = 'IN_PROGRESS'))),
           0)::float8 AS waiting_s
  FROM orders o WHERE o.finished_at IS NULL;
