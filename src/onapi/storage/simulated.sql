-- name: exchange
-- scope: operator (the network belongs to the CO)
WITH questions AS (
    SELECT * FROM unnest($access_id::text[], $slot::text[], $before::text[], $after::text[])
        WITH ORDINALITY AS q (access_id, slot, before, after, n)),
taken AS (
    DELETE FROM simulated_ports p USING questions q
     WHERE (p.access_id, p.slot) = (q.access_id, q.slot) AND q.after IS NULL AND p.setup = q.before
    RETURNING p.access_id, p.slot),
given AS (
    INSERT INTO simulated_ports AS p (access_id, slot, setup)
    SELECT q.access_id, q.slot, q.after FROM questions q WHERE q.after IS NOT NULL AND q.before IS NULL
        ON CONFLICT DO NOTHING
    RETURNING p.access_id, p.slot),
changed AS (
    UPDATE simulated_ports p SET setup = q.after FROM questions q
     WHERE (p.access_id, p.slot) = (q.access_id, q.slot) AND p.setup = q.before AND q.after <> q.before
    RETURNING p.access_id, p.slot),
done AS (
    SELECT access_id, slot FROM taken UNION ALL SELECT access_id, slot FROM given
    UNION ALL SELECT access_id, slot FROM changed),
remembered AS (
    INSERT INTO simulated_effects (access_id, slot, before, after)
    SELECT q.access_id, q.slot, q.before, q.after FROM questions q JOIN done d USING (access_id, slot) ORDER BY q.n)
SELECT q.access_id, q.slot, d.access_id IS NOT NULL AS did, p.setup AS held
  FROM questions q
  LEFT JOIN done d ON (d.access_id, d.slot) = (q.access_id, q.slot)
  LEFT JOIN simulated_ports p ON (p.access_id, p.slot) = (q.access_id, q.slot);

-- name: faults
-- scope: operator (the network belongs to the CO)
SELECT access_id, kind, seconds FROM simulated_faults
 WHERE access_id = ANY ($access_ids::text[]) AND (times IS NULL OR times > 0);

-- name: count_fault
-- scope: operator (the network belongs to the CO)
UPDATE simulated_faults SET times = times - 1 WHERE access_id = $access_id AND times > 0;

-- name: put_fault
-- scope: operator (the network belongs to the CO)
INSERT INTO simulated_faults (access_id, kind, times, seconds)
SELECT a.access_id, $kind::text, $times::integer, $seconds::double precision FROM accesses a WHERE a.access_id = $access_id
    ON CONFLICT (access_id) DO UPDATE SET kind = EXCLUDED.kind, times = EXCLUDED.times, seconds = EXCLUDED.seconds
    RETURNING access_id;

-- name: held
-- scope: operator (the network belongs to the CO)
SELECT setup FROM simulated_ports WHERE access_id = $access_id AND slot = $slot;

-- name: slots
-- scope: operator (the network belongs to the CO)
SELECT a.access_id, COALESCE(json_object_agg(p.slot, p.setup) FILTER (WHERE p.slot IS NOT NULL), '{}')::text AS slots,
       f.kind, f.seconds
  FROM unnest($access_ids::text[]) AS a (access_id)
  LEFT JOIN simulated_ports p ON p.access_id = a.access_id
  LEFT JOIN simulated_faults f ON f.access_id = a.access_id AND (f.times IS NULL OR f.times > 0)
 GROUP BY a.access_id, f.kind, f.seconds;

-- name: ports
-- scope: operator (the network belongs to the CO)
SELECT access_id, slot, setup FROM simulated_ports ORDER BY access_id, slot;

-- name: effects
-- scope: operator (the network belongs to the CO)
SELECT access_id, slot, before, after FROM simulated_effects ORDER BY id;
