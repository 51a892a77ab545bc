-- name: lookup
-- For several callers at once: each is told of up to two of the accesses that it sees, or delivers on. What it sees is
-- looked up once, since a name may be thousands of accesses'.
SELECT w.number::integer AS number, f.access_ids
  FROM unnest($sp::text[], $circuit::bytea[], $remote::bytea[], $interface::bytea[], $remote_of_six::bytea[])
       WITH ORDINALITY
       AS w (sp, ipv4_circuit_id, ipv4_remote_id, ipv6_interface_id, ipv6_remote_id, number)
 CROSS JOIN LATERAL (
       SELECT array_agg(m.access_id) AS access_ids
         FROM (SELECT a.access_id
                 FROM accesses_identified(
                          w.ipv4_circuit_id, w.ipv4_remote_id, w.ipv6_interface_id, w.ipv6_remote_id) i
                 JOIN accesses a ON a.access_id = i.access_id
                WHERE (SELECT sees_everything(w.sp))
                   OR a.population = ANY (ARRAY(SELECT g.population FROM agreements g
                                                 WHERE g.sp = w.sp AND g.revoked_at IS NULL))
                   OR EXISTS (SELECT FROM subscriptions s
                               WHERE s.sp = w.sp AND s.access_id = a.access_id
                                 AND s.state IN ('ACTIVATED', 'SUSPENDED'))
                LIMIT 2) m) f
 WHERE f.access_ids IS NOT NULL;

-- name: elements
-- scope: operator (the CO's own network)
SELECT e.element, e.address, e.driver, e.credentials, e.options::text AS options, e.facts::text AS facts, e.probed_at,
       (SELECT count(*) FROM access_ports p WHERE p.element = e.element) AS ports
  FROM elements e WHERE e.element = $element OR $element IS NULL ORDER BY e.element;

-- name: ports
-- scope: operator (the CO's own network)
-- Shorter names first, which is the order of numbers at their ends.
SELECT p.access_id, p.element, p.port, p.cpe, d.ipv4_circuit_id, d.ipv4_remote_id, d.ipv6_interface_id, d.ipv6_remote_id
  FROM access_ports p LEFT JOIN dhcp_identifiers d ON d.access_id = p.access_id
 WHERE p.element = $element ORDER BY length(p.port), p.port;

-- name: connections
-- scope: operator (whoever asks elements does so for the CO)
SELECT p.access_id, p.port, element_doc(e) AS element, element_doc(c) AS cpe, element_doc(h) AS dhcp,
       identifier_octets(d.ipv4_circuit_id) AS ipv4_circuit_id, identifier_octets(d.ipv4_remote_id) AS ipv4_remote_id,
       identifier_octets(d.ipv6_interface_id) AS ipv6_interface_id, identifier_octets(d.ipv6_remote_id) AS ipv6_remote_id,
       -- Whether what DHCP leases to another access could be taken for this one's. Each question is one look into an index.
       coalesce(
           EXISTS (SELECT FROM dhcp_identifiers o
                    WHERE o.ipv4_circuit_id IS NOT NULL AND o.access_id <> d.access_id
                      AND identifier_octets(o.ipv4_circuit_id) = identifier_octets(d.ipv4_circuit_id)
                      AND identifier_octets(o.ipv4_remote_id) = identifier_octets(d.ipv4_remote_id))
           OR EXISTS (SELECT FROM dhcp_identifiers o
                       WHERE o.ipv4_circuit_id IS NOT NULL AND o.access_id <> d.access_id
                         AND identifier_octets(o.ipv4_circuit_id) = identifier_octets(d.ipv4_circuit_id)
                         AND identifier_octets(o.ipv4_remote_id) IS NULL)
           OR d.ipv4_remote_id IS NULL AND EXISTS (
               SELECT FROM dhcp_identifiers o
                WHERE o.ipv4_circuit_id IS NOT NULL AND o.access_id <> d.access_id
                  AND identifier_octets(o.ipv4_circuit_id) = identifier_octets(d.ipv4_circuit_id))
           OR EXISTS (SELECT FROM dhcp_identifiers o
                       WHERE o.ipv6_interface_id IS NOT NULL AND o.access_id <> d.access_id
                         AND identifier_octets(o.ipv6_interface_id) = identifier_octets(d.ipv6_interface_id)
                         AND identifier_octets(o.ipv6_remote_id) = identifier_octets(d.ipv6_remote_id))
           OR EXISTS (SELECT FROM dhcp_identifiers o
                       WHERE o.ipv6_interface_id IS NOT NULL AND o.access_id <> d.access_id
                         AND identifier_octets(o.ipv6_interface_id) = identifier_octets(d.ipv6_interface_id)
                         AND identifier_octets(o.ipv6_remote_id) IS NULL)
           OR d.ipv6_remote_id IS NULL AND EXISTS (
               SELECT FROM dhcp_identifiers o
                WHERE o.ipv6_interface_id IS NOT NULL AND o.access_id <> d.access_id
                  AND identifier_octets(o.ipv6_interface_id) = identifier_octets(d.ipv6_interface_id)), false) AS is_shared
  FROM access_ports p
  JOIN elements e ON e.element = p.element
  LEFT JOIN elements c ON c.element = p.cpe
  LEFT JOIN elements h ON h.element = e.options ->> 'dhcp'
  LEFT JOIN dhcp_identifiers d ON d.access_id = p.access_id
 WHERE p.access_id = ANY ($access_ids::text[]);

-- name: put_facts
-- scope: operator (the CO asks its elements)
UPDATE elements SET facts = $facts::jsonb, probed_at = clock_timestamp() WHERE element = $element RETURNING element;

-- name: lock_import
-- scope: operator (one import at a time)
SELECT pg_advisory_xact_lock(hashtext('onapi inventory import'));

-- name: create_staged_elements
-- scope: operator (the rows of one import, gone with its transaction)
CREATE TEMPORARY TABLE staged_elements (
    line        integer,
    element     text COLLATE "C",
    address     text COLLATE "C",
    driver      text COLLATE "C",
    credentials text COLLATE "C",
    options     jsonb
) ON COMMIT DROP;

-- name: analyse_staged_elements
-- scope: operator (so that what follows is planned for its size)
ANALYZE staged_elements;

-- name: keep_elements
-- scope: operator (an import is the CO's)
-- What the list does not tell of is as it was.
UPDATE staged_elements s
   SET driver = CASE WHEN 'driver' = ANY ($told::text[]) THEN s.driver ELSE e.driver END,
       credentials = CASE WHEN 'credentials' = ANY ($told) THEN s.credentials ELSE e.credentials END,
       options = CASE WHEN 'options' = ANY ($told) THEN s.options ELSE e.options END
  FROM elements e WHERE e.element = s.element;

-- name: flaws_of_elements
-- scope: operator (an import is the CO's)
SELECT t.line, 'element' AS column, t.element AS value, 'is already on line ' || t.before AS reason,
       count(*) OVER () AS total
  FROM (SELECT s.line, s.element, min(s.line) OVER (PARTITION BY s.element) AS before FROM staged_elements s) t
 WHERE t.line <> t.before ORDER BY t.line LIMIT $most;

-- name: compare_elements
-- scope: operator (an import is the CO's)
SELECT count(*) FILTER (WHERE e.element IS NULL) AS new,
       count(*) FILTER (WHERE e.element IS NOT NULL AND NOT n.same) AS changed,
       count(*) FILTER (WHERE n.same) AS unchanged
  FROM staged_elements s
  LEFT JOIN elements e ON e.element = s.element
 CROSS JOIN LATERAL (
       SELECT (e.address, e.driver, e.credentials, e.options)
              IS NOT DISTINCT FROM (s.address, s.driver, s.credentials, s.options) AS same) n;

-- name: merge_elements
-- scope: operator (an import is the CO's)
INSERT INTO elements AS e (element, address, driver, credentials, options)
SELECT element, address, driver, credentials, options FROM staged_elements ORDER BY element
    ON CONFLICT (element) DO UPDATE
   SET (address, driver, credentials, options)
     = (EXCLUDED.address, EXCLUDED.driver, EXCLUDED.credentials, EXCLUDED.options)
 WHERE (e.address, e.driver, e.credentials, e.options)
       IS DISTINCT FROM (EXCLUDED.address, EXCLUDED.driver, EXCLUDED.credentials, EXCLUDED.options);

-- name: create_staged_ports
-- scope: operator (the rows of one import, gone with its transaction)
CREATE TEMPORARY TABLE staged_ports (
    line              integer,
    access_id         text COLLATE "C",
    element           text COLLATE "C",
    port              text COLLATE "C",
    cpe               text COLLATE "C",
    ipv4_circuit_id   text COLLATE "C",
    ipv4_remote_id    text COLLATE "C",
    ipv6_interface_id text COLLATE "C",
    ipv6_remote_id    text COLLATE "C"
) ON COMMIT DROP;

-- name: analyse_staged_ports
-- scope: operator (so that what follows is planned for its size)
ANALYZE staged_ports;

-- name: keep_places
-- scope: operator (an import is the CO's)
-- What the list does not tell of is as it was.
UPDATE staged_ports s
   SET element = CASE WHEN 'element' = ANY ($told::text[]) THEN s.element ELSE p.element END,
       port = CASE WHEN 'port' = ANY ($told) THEN s.port ELSE p.port END,
       cpe = CASE WHEN 'cpe' = ANY ($told) OR 'element' = ANY ($told) AND s.element IS NULL THEN s.cpe ELSE p.cpe END
  FROM access_ports p WHERE p.access_id = s.access_id;

-- name: keep_identifiers
-- scope: operator (an import is the CO's)
-- What the list does not tell of is as it was.
UPDATE staged_ports s
   SET ipv4_circuit_id = CASE WHEN 'ipv4_circuit_id' = ANY ($told::text[])
                              THEN s.ipv4_circuit_id ELSE d.ipv4_circuit_id END,
       ipv4_remote_id = CASE WHEN 'ipv4_remote_id' = ANY ($told) THEN s.ipv4_remote_id ELSE d.ipv4_remote_id END,
       ipv6_interface_id = CASE WHEN 'ipv6_interface_id' = ANY ($told)
                                THEN s.ipv6_interface_id ELSE d.ipv6_interface_id END,
       ipv6_remote_id = CASE WHEN 'ipv6_remote_id' = ANY ($told) THEN s.ipv6_remote_id ELSE d.ipv6_remote_id END
  FROM dhcp_identifiers d WHERE d.access_id = s.access_id;

-- name: flaws_of_ports
-- scope: operator (an import is the CO's)
WITH flaws AS (
    SELECT t.line, 'accessId' AS column, t.access_id AS value, 'is already on line ' || t.before AS reason
      FROM (SELECT s.line, s.access_id, min(s.line) OVER (PARTITION BY s.access_id) AS before FROM staged_ports s) t
     WHERE t.line <> t.before
    UNION ALL
    SELECT s.line, 'accessId', s.access_id, 'is no access' FROM staged_ports s
     WHERE NOT EXISTS (SELECT FROM accesses a WHERE a.access_id = s.access_id)
    UNION ALL
    SELECT s.line, 'element', s.element, 'is no element; import the list of elements first' FROM staged_ports s
     WHERE s.element IS NOT NULL AND NOT EXISTS (SELECT FROM elements e WHERE e.element = s.element)
    UNION ALL
    SELECT s.line, 'cpe', s.cpe, 'is no element; import the list of elements first' FROM staged_ports s
     WHERE s.cpe IS NOT NULL AND NOT EXISTS (SELECT FROM elements e WHERE e.element = s.cpe)
    UNION ALL
    SELECT s.line, 'cpe', s.cpe, 'is behind no port: the access has none' FROM staged_ports s
     WHERE s.cpe IS NOT NULL AND s.element IS NULL
    UNION ALL
    SELECT t.line, 'port', t.port, 'of ' || t.element || ' is already on line ' || t.before
      FROM (SELECT s.line, s.element, s.port, min(s.line) OVER (PARTITION BY s.element, s.port) AS before
              FROM staged_ports s WHERE s.element IS NOT NULL) t
     WHERE t.line <> t.before
    UNION ALL
    SELECT s.line, 'port', s.port, 'of ' || s.element || ' is access ' || p.access_id || '''s, which is not in the list'
      FROM staged_ports s JOIN access_ports p ON p.element = s.element AND p.port = s.port
     WHERE NOT EXISTS (SELECT FROM staged_ports o WHERE o.access_id = p.access_id)
    UNION ALL
    -- Octets are never more than the text's; most need no closer look.
    SELECT s.line, 'ipv4RemoteId', s.ipv4_remote_id, 'and the circuit id have no room in one option 82'
      FROM staged_ports s
     WHERE octet_length(s.ipv4_circuit_id) + octet_length(s.ipv4_remote_id) > 251
       AND octet_length(identifier_octets(s.ipv4_circuit_id)) + octet_length(identifier_octets(s.ipv4_remote_id)) > 251)
SELECT f.line, f.column, f.value, f.reason, count(*) OVER () AS total FROM flaws f ORDER BY f.line, f.column LIMIT $most;

-- name: compare_ports
-- scope: operator (an import is the CO's)
SELECT count(*) FILTER (WHERE n.new AND NOT n.same) AS new,
       count(*) FILTER (WHERE NOT n.new AND NOT n.same) AS changed,
       count(*) FILTER (WHERE n.same) AS unchanged
  FROM staged_ports s
  LEFT JOIN access_ports p ON p.access_id = s.access_id
  LEFT JOIN dhcp_identifiers d ON d.access_id = s.access_id
 CROSS JOIN LATERAL (
       SELECT p.access_id IS NULL AND d.access_id IS NULL AS new,
              (p.element, p.port, p.cpe, d.ipv4_circuit_id, d.ipv4_remote_id, d.ipv6_interface_id, d.ipv6_remote_id)
              IS NOT DISTINCT FROM
              (s.element, s.port, s.cpe, s.ipv4_circuit_id, s.ipv4_remote_id, s.ipv6_interface_id, s.ipv6_remote_id)
              AS same) n;

-- name: leave_ports
-- scope: operator (an import is the CO's)
DELETE FROM access_ports p USING staged_ports s WHERE s.access_id = p.access_id AND s.element IS NULL;

-- name: merge_ports
-- scope: operator (an import is the CO's)
INSERT INTO access_ports AS p (access_id, element, port, cpe)
SELECT access_id, element, port, cpe FROM staged_ports WHERE element IS NOT NULL ORDER BY access_id
    ON CONFLICT (access_id) DO UPDATE SET (element, port, cpe) = (EXCLUDED.element, EXCLUDED.port, EXCLUDED.cpe)
 WHERE (p.element, p.port, p.cpe) IS DISTINCT FROM (EXCLUDED.element, EXCLUDED.port, EXCLUDED.cpe);

-- name: leave_identifiers
-- scope: operator (an import is the CO's)
DELETE FROM dhcp_identifiers d USING staged_ports s
 WHERE s.access_id = d.access_id
   AND num_nonnulls(s.ipv4_circuit_id, s.ipv4_remote_id, s.ipv6_interface_id, s.ipv6_remote_id) = 0;

-- name: merge_identifiers
-- scope: operator (an import is the CO's)
INSERT INTO dhcp_identifiers AS d (access_id, ipv4_circuit_id, ipv4_remote_id, ipv6_interface_id, ipv6_remote_id)
SELECT access_id, ipv4_circuit_id, ipv4_remote_id, ipv6_interface_id, ipv6_remote_id FROM staged_ports
 WHERE num_nonnulls(ipv4_circuit_id, ipv4_remote_id, ipv6_interface_id, ipv6_remote_id) > 0 ORDER BY access_id
    ON CONFLICT (access_id) DO UPDATE
   SET (ipv4_circuit_id, ipv4_remote_id, ipv6_interface_id, ipv6_remote_id)
     = (EXCLUDED.ipv4_circuit_id, EXCLUDED.ipv4_remote_id, EXCLUDED.ipv6_interface_id, EXCLUDED.ipv6_remote_id)
 WHERE (d.ipv4_circuit_id, d.ipv4_remote_id, d.ipv6_interface_id, d.ipv6_remote_id)
       IS DISTINCT FROM
       (EXCLUDED.ipv4_circuit_id, EXCLUDED.ipv4_remote_id, EXCLUDED.ipv6_interface_id, EXCLUDED.ipv6_remote_id);

-- name: ambiguous
-- scope: operator (the CO's own network)
-- How many accesses have all identifiers in common with another.
SELECT coalesce(sum(t.accesses), 0)::bigint AS accesses
  FROM (SELECT count(*) AS accesses FROM dhcp_identifiers
         GROUP BY ipv4_circuit_id, ipv4_remote_id, ipv6_interface_id, ipv6_remote_id HAVING count(*) > 1) t;

-- name: analyse_elements
-- scope: operator (plans follow the size at once, not when autovacuum comes by)
ANALYZE elements;

-- name: analyse_ports
-- scope: operator (plans follow the size at once, not when autovacuum comes by)
ANALYZE access_ports, dhcp_identifiers;
