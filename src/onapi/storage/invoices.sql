-- name: hold
-- scope: operator (one month is computed at a time)
-- Until the transaction ends; and it may wait meanwhile for what is written on another connection.
SELECT pg_try_advisory_xact_lock(hashtext('onapi invoices'))
   AND set_config('idle_in_transaction_session_timeout', '0', true) IS NOT NULL;

-- name: zone_is_known
-- scope: operator (no rows of anybody)
SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = $zone);

-- name: today
-- scope: operator (no rows of anybody)
SELECT (clock_timestamp() AT TIME ZONE $zone)::date;

-- name: size
-- scope: operator (the CO computes everybody's months)
SELECT count(*) FROM subscriptions s
 WHERE s.connected_at < ($last::date + 1)::timestamp AT TIME ZONE $zone
   AND (s.ended_at IS NULL OR s.ended_at >= $first::date::timestamp AT TIME ZONE $zone)
   AND ($provider::text IS NULL OR s.sp = $provider);

-- name: history
-- scope: operator (the CO computes everybody's months)
-- Every subscription of which the month may have rows, with what it and its access were, as JSON, oldest first. What
-- ended before the month is needed only for entries by hand, which may be about any day.
SELECT s.sp, p.name AS sp_name, s.subscription_id,
       (s.connected_at AT TIME ZONE $zone)::date AS connected, (s.ended_at AT TIME ZONE $zone)::date AS ended,
       s.service, s.down_kbps, s.up_kbps, s.sp_reference, s.sp_subscription_id,
       a.price_group, invoiced_access(
           a.access_id, a.street_name, a.street_number, a.street_littera, a.postal_code, a.city, a.country_code,
           a.mdu_apartment_number, a.mdu_distinguisher, a.outlet, a.population, a.premises_type, a.price_group) AS access,
       h.sold, w.places
  FROM subscriptions s
  JOIN providers p ON p.sp = s.sp
  JOIN accesses a ON a.access_id = s.access_id
  LEFT JOIN (SELECT t.subscription_id, json_agg(json_build_array(
                        t.service, t.down_kbps, t.up_kbps, t.sp_reference, t.sp_subscription_id,
                        (t.until AT TIME ZONE $zone)::date) ORDER BY t.seq)::text AS sold
               FROM subscription_pasts t
              WHERE t.until >= $first::date::timestamp AT TIME ZONE $zone
                 OR t.subscription_id IN (SELECT e.subscription_id FROM invoice_entries e WHERE e.period = $period)
              GROUP BY t.subscription_id) h ON h.subscription_id = s.subscription_id
  LEFT JOIN (SELECT t.access_id, json_agg(json_build_array(t.price_group, invoiced_access(
                        t.access_id, t.street_name, t.street_number, t.street_littera, t.postal_code, t.city,
                        t.country_code, t.mdu_apartment_number, t.mdu_distinguisher, t.outlet, t.population,
                        t.premises_type, t.price_group),
                        (t.until AT TIME ZONE $zone)::date) ORDER BY t.seq)::text AS places
               FROM access_pasts t
              WHERE t.until >= $first::date::timestamp AT TIME ZONE $zone
                 OR t.access_id IN (SELECT b.access_id FROM subscriptions b JOIN invoice_entries e USING (subscription_id)
                                     WHERE e.period = $period)
              GROUP BY t.access_id) w ON w.access_id = s.access_id
 WHERE (s.connected_at < ($last::date + 1)::timestamp AT TIME ZONE $zone
        AND (s.ended_at IS NULL OR s.ended_at >= $first::date::timestamp AT TIME ZONE $zone)
        OR s.subscription_id IN (SELECT e.subscription_id FROM invoice_entries e WHERE e.period = $period AND e.withdrawn_at IS NULL))
   AND ($provider::text IS NULL OR s.sp = $provider)
 ORDER BY s.sp, s.access_id, s.subscription_id;

-- name: prices
-- scope: operator (the CO's own catalogue)
SELECT service, fee, amount, price_group AS group, valid_from, valid_until FROM prices;

-- name: begin_run
-- scope: operator (the CO computes everybody's months)
SELECT nextval('invoice_runs');

-- name: put_period
-- scope: operator (a month is everybody's)
INSERT INTO invoice_periods (period) VALUES ($period) ON CONFLICT DO NOTHING;

-- name: lock_row
-- scope: operator (a month is everybody's)
-- Nobody else changes anything of the month until the transaction ends.
SELECT locked_at FROM invoice_periods WHERE period = $period FOR UPDATE;

-- name: put_specifications
-- scope: operator (the CO computes everybody's months)
INSERT INTO invoice_specifications (period, sp, run, rows, amount, compiled_at)
SELECT $period, p.sp, $run, COALESCE(r.rows, 0), COALESCE(r.amount, 0), $compiled_at
  FROM providers p
  LEFT JOIN unnest($sps::text[], $rows::integer[], $amounts::numeric[]) AS r (sp, rows, amount) ON r.sp = p.sp
 WHERE $provider::text IS NULL OR p.sp = $provider
    ON CONFLICT (period, sp) DO UPDATE
   SET run = EXCLUDED.run, rows = EXCLUDED.rows, amount = EXCLUDED.amount, compiled_at = EXCLUDED.compiled_at;

-- name: leftovers
-- scope: operator (rows that are nobody's month)
-- Runs and SPs whose rows nothing points at, found by leaps over the index.
WITH RECURSIVE runs (run, sp) AS (
    (SELECT f.run, f.sp FROM invoice_rows f ORDER BY f.run, f.sp LIMIT 1)
    UNION ALL
    SELECT n.run, n.sp FROM runs r CROSS JOIN LATERAL (
           SELECT i.run, i.sp FROM invoice_rows i WHERE (i.run, i.sp) > (r.run, r.sp) ORDER BY i.run, i.sp LIMIT 1) n)
SELECT r.run, r.sp, (SELECT max(m.position) FROM invoice_rows m WHERE (m.run, m.sp) = (r.run, r.sp)) AS last
  FROM runs r
 WHERE NOT EXISTS (SELECT FROM invoice_specifications s WHERE (s.run, s.sp) = (r.run, r.sp));

-- name: remove_leftover
-- scope: operator (rows that are nobody's month)
DELETE FROM invoice_rows r
 WHERE r.run = $run AND r.sp = $owner AND r.position >= $first AND r.position < $before;

-- name: analyse
-- scope: operator (so that what is read next is planned for its size)
ANALYZE invoice_rows;

-- name: incomplete
-- scope: operator (a month is everybody's)
-- Whose month was computed before it was over, before the last entry by hand or change of prices, or not at all.
SELECT p.sp FROM providers p LEFT JOIN invoice_specifications s ON s.period = $period AND s.sp = p.sp
 WHERE p.created_at < ($last::date + 1)::timestamp AT TIME ZONE $zone
   AND (s.compiled_at IS NULL
        OR s.compiled_at < ($last::date + 1)::timestamp AT TIME ZONE $zone
        OR s.compiled_at <= (SELECT c.at FROM price_changes c)
        OR s.compiled_at <= (SELECT max(GREATEST(e.created_at, e.withdrawn_at)) FROM invoice_entries e
                              WHERE e.period = $period AND e.sp = p.sp))
 ORDER BY p.sp;

-- name: lock
-- scope: operator (a month is everybody's)
UPDATE invoice_periods SET locked_at = clock_timestamp() WHERE period = $period RETURNING locked_at;

-- name: listed
-- scope: operator (the CO looks at everybody's months)
SELECT p.period, count(s.sp) AS providers, COALESCE(sum(s.rows), 0)::bigint AS rows,
       COALESCE(sum(s.amount), 0) AS amount, min(s.compiled_at) AS compiled_at, p.locked_at
  FROM invoice_periods p LEFT JOIN invoice_specifications s ON s.period = p.period
 GROUP BY p.period ORDER BY p.period DESC;

-- name: sums
-- scope: operator (the CO looks at everybody's months)
SELECT s.sp, p.name, s.run, s.rows, s.amount, s.compiled_at
  FROM invoice_specifications s JOIN providers p ON p.sp = s.sp
 WHERE s.period = $period ORDER BY s.sp;

-- name: sums_by_type
-- scope: operator (the CO looks at everybody's months)
SELECT r.row_type, count(*) AS rows, sum(r.amount) AS amount
  FROM invoice_specifications s JOIN invoice_rows r ON (r.run, r.sp) = (s.run, s.sp)
 WHERE s.period = $period AND s.sp = $provider
 GROUP BY r.row_type ORDER BY r.row_type;

-- name: documents
-- scope: operator (the CO exports its own invoices)
SELECT r.row_id, r.doc FROM invoice_rows r WHERE r.run = $run AND r.sp = $owner ORDER BY r.position;

-- name: changes
-- scope: operator (the CO compares its own invoices)
-- What every subscription costs, by kind of row, in a month and in the one before; a part of a month is of the kind of
-- a whole one.
WITH now AS (
    SELECT r.sp, r.subscription_id, replace(r.row_type, 'PARTIAL_', '') AS kind, sum(r.amount) AS amount
      FROM invoice_specifications s JOIN invoice_rows r ON (r.run, r.sp) = (s.run, s.sp)
     WHERE s.period = $period AND ($provider::text IS NULL OR s.sp = $provider) GROUP BY 1, 2, 3),
was AS (
    SELECT r.sp, r.subscription_id, replace(r.row_type, 'PARTIAL_', '') AS kind, sum(r.amount) AS amount
      FROM invoice_specifications s JOIN invoice_rows r ON (r.run, r.sp) = (s.run, s.sp)
     WHERE s.period = $previous AND ($provider::text IS NULL OR s.sp = $provider) GROUP BY 1, 2, 3)
SELECT sp, subscription_id, kind,
       CASE WHEN was.amount IS NULL THEN 'new' WHEN now.amount IS NULL THEN 'ended' ELSE 'changed' END AS change,
       was.amount AS was, now.amount AS now
  FROM now FULL JOIN was USING (sp, subscription_id, kind)
 WHERE now.amount IS DISTINCT FROM was.amount
 ORDER BY sp, subscription_id, kind;

-- name: readable
-- What an SP may read: months that are locked.
SELECT p.period, p.locked_at FROM invoice_periods p JOIN invoice_specifications s ON s.period = p.period
 WHERE s.sp = $sp AND p.locked_at IS NOT NULL ORDER BY p.period;

-- name: rows_of
-- The run is looked up first, so that the rows come from the index in their order.
SELECT r.doc FROM invoice_rows r
 WHERE r.sp = $sp
   AND r.run = (SELECT max(s.run) FROM invoice_specifications s JOIN invoice_periods p ON p.period = s.period
                 WHERE s.period = $period AND s.sp = $sp AND p.locked_at IS NOT NULL)
 ORDER BY r.position;
