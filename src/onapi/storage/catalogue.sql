-- name: lock_import
-- scope: operator (one import at a time)
SELECT pg_advisory_xact_lock(hashtext('onapi catalogue import'));

-- name: types
-- scope: operator (the CO's own catalogue)
SELECT service_type AS name, exclusive, tech FROM service_types ORDER BY service_type;

-- name: services
-- scope: operator (the CO's own catalogue)
SELECT service AS name, service_type, down_kbps, up_kbps, populations, sellers, offered_from, offered_until, takeover,
       comments, characteristics::text AS characteristics, withdrawn
  FROM services ORDER BY service;

-- name: prices
-- scope: operator (the CO's own catalogue)
SELECT service, fee, amount, price_group, valid_from, valid_until FROM prices;

-- name: put_types
-- scope: operator (an import is the CO's)
INSERT INTO service_types (service_type, exclusive, tech)
SELECT r.name, r.exclusive, r.tech
  FROM jsonb_to_recordset($rows::jsonb) AS r (name text, exclusive boolean, tech text)
    ON CONFLICT (service_type) DO UPDATE SET exclusive = EXCLUDED.exclusive, tech = EXCLUDED.tech;

-- name: put_services
-- scope: operator (an import is the CO's)
INSERT INTO services (
       service, service_type, down_kbps, up_kbps, populations, sellers, offered_from, offered_until, takeover, comments,
       characteristics)
SELECT r.name, r.service_type, r.down_kbps, r.up_kbps, r.populations, r.sellers, r.offered_from, r.offered_until,
       r.takeover, r.comments, r.characteristics
  FROM jsonb_to_recordset($rows::jsonb) AS r (
       name text, service_type text, down_kbps integer, up_kbps integer, populations text[], sellers text[],
       offered_from timestamptz, offered_until timestamptz, takeover boolean, comments text[], characteristics jsonb)
    ON CONFLICT (service) DO UPDATE
   SET service_type = EXCLUDED.service_type, down_kbps = EXCLUDED.down_kbps, up_kbps = EXCLUDED.up_kbps,
       populations = EXCLUDED.populations, sellers = EXCLUDED.sellers, offered_from = EXCLUDED.offered_from,
       offered_until = EXCLUDED.offered_until, takeover = EXCLUDED.takeover, comments = EXCLUDED.comments,
       characteristics = EXCLUDED.characteristics, withdrawn = false;

-- name: withdraw
-- scope: operator (an import is the CO's)
UPDATE services SET withdrawn = true WHERE service = ANY ($services) AND NOT withdrawn;

-- name: drop_prices
-- scope: operator (an import is the CO's)
DELETE FROM prices WHERE service = ANY ($services);

-- name: put_prices
-- scope: operator (an import is the CO's)
INSERT INTO prices (service, fee, amount, price_group, valid_from, valid_until)
SELECT r.service, r.fee, r.amount, r.price_group, r.valid_from, r.valid_until
  FROM jsonb_to_recordset($rows::jsonb) AS r (
       service text, fee text, amount numeric, price_group integer, valid_from date, valid_until date);

-- name: unknown_sellers
-- scope: operator (an import is the CO's)
SELECT n.name FROM unnest($names::text[]) AS n (name)
 WHERE NOT EXISTS (SELECT FROM providers p WHERE p.sp = n.name) ORDER BY n.name COLLATE "C";

-- name: unknown_populations
-- scope: operator (an import is the CO's)
SELECT n.name FROM unnest($names::text[]) AS n (name)
 WHERE NOT EXISTS (SELECT FROM accesses a WHERE a.population = n.name) ORDER BY n.name COLLATE "C";
