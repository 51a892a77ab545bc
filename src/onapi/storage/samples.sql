-- name: claim
-- scope: operator (elements are the CO's)
-- Take elements whose counters are due, and with them what each port told the last time. The next time is five minutes
-- later, give or take, so that elements that came together do not stay together for good.
WITH due AS (
    SELECT s.element FROM samplings s WHERE s.due_at <= clock_timestamp()
     ORDER BY s.due_at LIMIT $most FOR UPDATE SKIP LOCKED),
claimed AS (
    UPDATE samplings s
       SET due_at = clock_timestamp() + $every::interval * (0.95 + 0.1 * random())
      FROM due WHERE s.element = due.element
    RETURNING s.element)
SELECT e.element, e.address, e.driver, e.credentials, e.options::text AS options, p.ports, p.counted
  FROM claimed c JOIN elements e ON e.element = c.element
 CROSS JOIN LATERAL (
       SELECT array_agg(a.port ORDER BY a.port) AS ports, array_agg(s.counted::text ORDER BY a.port) AS counted
         FROM access_ports a LEFT JOIN port_samples s ON s.element = a.element AND s.port = a.port
        WHERE a.element = c.element) p;

-- name: record
-- scope: operator (elements are the CO's)
-- Peaks are looked at first: to insert what is in the way would lock, and so write, a row of every port.
WITH told AS (
    SELECT * FROM unnest($elements::text[], $ports::text[], $read_at::timestamptz[], $counted::text[], $passed::text[],
                         $input_rates::bigint[], $output_rates::bigint[])
                  AS t (element, port, read_at, counted, passed, input_rate, output_rate)),
higher AS (
    SELECT t.element, t.port, date_trunc('week', t.read_at, 'UTC')::date AS week, t.read_at,
           CASE WHEN t.input_rate > coalesce(p.input_rate, -1) THEN t.input_rate END AS input_rate,
           CASE WHEN t.output_rate > coalesce(p.output_rate, -1) THEN t.output_rate END AS output_rate
      FROM told t LEFT JOIN port_peaks p
        ON p.element = t.element AND p.port = t.port AND p.week = date_trunc('week', t.read_at, 'UTC')::date
     WHERE t.input_rate > coalesce(p.input_rate, -1) OR t.output_rate > coalesce(p.output_rate, -1)),
peaks AS (
    INSERT INTO port_peaks AS p (element, port, week, input_rate, input_at, output_rate, output_at)
    SELECT h.element, h.port, h.week, h.input_rate, CASE WHEN h.input_rate IS NOT NULL THEN h.read_at END,
           h.output_rate, CASE WHEN h.output_rate IS NOT NULL THEN h.read_at END
      FROM higher h ORDER BY h.element, h.port
        ON CONFLICT (element, port, week) DO UPDATE
       SET input_rate = greatest(p.input_rate, EXCLUDED.input_rate),
           input_at = CASE WHEN EXCLUDED.input_rate > coalesce(p.input_rate, -1) THEN EXCLUDED.input_at ELSE p.input_at END,
           output_rate = greatest(p.output_rate, EXCLUDED.output_rate),
           output_at = CASE WHEN EXCLUDED.output_rate > coalesce(p.output_rate, -1)
                            THEN EXCLUDED.output_at ELSE p.output_at END)
INSERT INTO port_samples AS s (element, port, read_at, counted, passed)
SELECT t.element, t.port, t.read_at, t.counted::json, t.passed::json FROM told t ORDER BY t.element, t.port
    ON CONFLICT (element, port) DO UPDATE SET (read_at, counted, passed) = (EXCLUDED.read_at, EXCLUDED.counted, EXCLUDED.passed)
 WHERE s.read_at < EXCLUDED.read_at;

-- name: of_ports
-- scope: operator (whoever asks has been found to be allowed)
-- The highest rates are those of this week and the four before it, of as much of it as is wanted.
SELECT w.number::integer AS number, s.read_at, s.passed::text AS passed, i.input_rate, i.input_at, o.output_rate, o.output_at
  FROM unnest($elements::text[], $ports::text[], $since::timestamptz[]) WITH ORDINALITY AS w (element, port, since, number)
  LEFT JOIN port_samples s ON s.element = w.element AND s.port = w.port
  LEFT JOIN LATERAL (
       SELECT p.input_rate, p.input_at FROM port_peaks p
        WHERE p.element = w.element AND p.port = w.port AND p.week > (now() AT TIME ZONE 'UTC')::date - 35
          AND p.input_at >= coalesce(w.since, '-infinity')
        ORDER BY p.input_rate DESC, p.input_at DESC LIMIT 1) i ON true
  LEFT JOIN LATERAL (
       SELECT p.output_rate, p.output_at FROM port_peaks p
        WHERE p.element = w.element AND p.port = w.port AND p.week > (now() AT TIME ZONE 'UTC')::date - 35
          AND p.output_at >= coalesce(w.since, '-infinity')
        ORDER BY p.output_rate DESC, p.output_at DESC LIMIT 1) o ON true;

-- name: forget_peaks
-- scope: operator (retention)
DELETE FROM port_peaks WHERE week <= (now() AT TIME ZONE 'UTC')::date - 35;

-- name: forget_samples
-- scope: operator (retention: of ports that are read no more)
DELETE FROM port_samples WHERE read_at < now() - interval '1 day';
