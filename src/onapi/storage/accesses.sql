-- name: many
-- Single accesses for several callers at once: each pair is answered only if that SP sees that access.
SELECT w.sp, w.access_id, a.doc
  FROM unnest($sp::text[], $access_id::text[]) AS w (sp, access_id)
  JOIN accesses a ON a.access_id = w.access_id
 WHERE sees(w.sp, a.population);

-- name: everything
SELECT doc FROM accesses_for($sp);

-- name: changes
SELECT doc FROM access_changes_for($sp, $since);

-- name: page
SELECT access_id, doc FROM accesses_for($sp) WHERE access_id > $after ORDER BY access_id LIMIT $limit;

-- name: changes_page
SELECT access_id, doc FROM access_changes_for($sp, $since)
 WHERE access_id > $after ORDER BY access_id LIMIT $limit;

-- name: any_change
SELECT EXISTS (SELECT FROM access_changes_for($sp, $since));

-- name: everyones
-- scope: operator (the CO exports its own accesses)
SELECT access_id, legacy_access_id, street_name, street_number, street_littera, postal_code, city, country_code,
       premises_type, mdu_apartment_number, mdu_distinguisher, outlet, population, price_group, access_state,
       national_address_uuid
  FROM accesses ORDER BY access_id;

-- name: lock_import
-- scope: operator (one import at a time)
SELECT pg_advisory_xact_lock(hashtext('onapi accesses import'));

-- name: create_staged
-- scope: operator (the rows of one import, gone with its transaction)
CREATE TEMPORARY TABLE staged ON COMMIT DROP AS
SELECT access_id, legacy_access_id, street_name, street_number, street_littera, postal_code, city, country_code,
       premises_type, mdu_apartment_number, mdu_distinguisher, outlet, population, price_group, access_state,
       national_address_uuid
  FROM accesses WITH NO DATA;

-- name: analyse_staged
-- scope: operator (so that the comparison is planned for its size)
ANALYZE staged;

-- name: compare
-- scope: operator (an import is the CO's)
SELECT count(*) FILTER (WHERE a.access_id IS NULL) AS new,
       count(*) FILTER (WHERE a.access_id IS NOT NULL AND s IS DISTINCT FROM was) AS changed,
       count(*) FILTER (WHERE a.access_id IS NOT NULL AND s IS NOT DISTINCT FROM was) AS unchanged,
       (SELECT count(*) FROM accesses WHERE access_state <> 'DISCONNECTED') AS live,
       (SELECT count(*) FROM accesses l
         WHERE l.access_state <> 'DISCONNECTED'
           AND NOT EXISTS (SELECT FROM staged t WHERE t.access_id = l.access_id)) AS missing
  FROM staged s
  LEFT JOIN accesses a ON a.access_id = s.access_id
  LEFT JOIN LATERAL (
       SELECT a.access_id, a.legacy_access_id, a.street_name, a.street_number, a.street_littera, a.postal_code,
              a.city, a.country_code, a.premises_type, a.mdu_apartment_number, a.mdu_distinguisher, a.outlet,
              a.population, a.price_group, a.access_state, a.national_address_uuid) AS was ON true;

-- name: merge
-- scope: operator (an import is the CO's)
INSERT INTO accesses AS a (
       access_id, legacy_access_id, street_name, street_number, street_littera, postal_code, city, country_code,
       premises_type, mdu_apartment_number, mdu_distinguisher, outlet, population, price_group, access_state,
       national_address_uuid)
SELECT access_id, legacy_access_id, street_name, street_number, street_littera, postal_code, city, country_code,
       premises_type, mdu_apartment_number, mdu_distinguisher, outlet, population, price_group, access_state,
       national_address_uuid
  FROM staged ORDER BY access_id
    ON CONFLICT (access_id) DO UPDATE
   SET (legacy_access_id, street_name, street_number, street_littera, postal_code, city, country_code,
        premises_type, mdu_apartment_number, mdu_distinguisher, outlet, population, price_group, access_state,
        national_address_uuid)
     = (EXCLUDED.legacy_access_id, EXCLUDED.street_name, EXCLUDED.street_number, EXCLUDED.street_littera,
        EXCLUDED.postal_code, EXCLUDED.city, EXCLUDED.country_code, EXCLUDED.premises_type,
        EXCLUDED.mdu_apartment_number, EXCLUDED.mdu_distinguisher, EXCLUDED.outlet, EXCLUDED.population,
        EXCLUDED.price_group, EXCLUDED.access_state, EXCLUDED.national_address_uuid)
 WHERE (a.legacy_access_id, a.street_name, a.street_number, a.street_littera, a.postal_code, a.city,
        a.country_code, a.premises_type, a.mdu_apartment_number, a.mdu_distinguisher, a.outlet, a.population,
        a.price_group, a.access_state, a.national_address_uuid)
       IS DISTINCT FROM
       (EXCLUDED.legacy_access_id, EXCLUDED.street_name, EXCLUDED.street_number, EXCLUDED.street_littera,
        EXCLUDED.postal_code, EXCLUDED.city, EXCLUDED.country_code, EXCLUDED.premises_type,
        EXCLUDED.mdu_apartment_number, EXCLUDED.mdu_distinguisher, EXCLUDED.outlet, EXCLUDED.population,
        EXCLUDED.price_group, EXCLUDED.access_state, EXCLUDED.national_address_uuid);

-- name: disconnect_missing
-- scope: operator (an import is the CO's)
UPDATE accesses a SET access_state = 'DISCONNECTED'
 WHERE a.access_state <> 'DISCONNECTED' AND NOT EXISTS (SELECT FROM staged t WHERE t.access_id = a.access_id);

-- name: analyse
-- scope: operator (plans follow the size at once, not when autovacuum comes by)
ANALYZE accesses;
