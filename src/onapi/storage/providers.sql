-- name: add
INSERT INTO providers (sp, name, dialect) VALUES ($sp, $name, $dialect) ON CONFLICT (sp) DO NOTHING RETURNING sp;

-- name: grant
INSERT INTO agreements (sp, population, granted_at) VALUES ($sp, $population, now());

-- name: change
UPDATE providers SET name = COALESCE($name, name), dialect = COALESCE($dialect, dialect) WHERE sp = $sp RETURNING sp;

-- name: grant_more
INSERT INTO agreements (sp, population, granted_at)
SELECT $sp, w.population, now() FROM unnest($populations::text[]) AS w (population)
 WHERE NOT EXISTS (SELECT FROM agreements g
                    WHERE g.sp = $sp AND g.revoked_at IS NULL AND g.population IS NOT DISTINCT FROM w.population);

-- name: revoke_others
UPDATE agreements g SET revoked_at = now()
 WHERE g.sp = $sp AND g.revoked_at IS NULL
   AND NOT EXISTS (SELECT FROM unnest($populations::text[]) AS w (population)
                    WHERE w.population IS NOT DISTINCT FROM g.population);

-- name: unknown_populations
-- scope: operator (a misspelt population shows an SP nothing)
SELECT w.population FROM unnest($populations::text[]) AS w (population)
 WHERE NOT EXISTS (SELECT FROM accesses a WHERE a.population = w.population);

-- name: everyone
-- scope: operator (the CO lists its accounts)
SELECT p.sp, p.name, p.dialect, p.created_at, p.technical,
       array(SELECT g.population FROM agreements g WHERE g.sp = p.sp AND g.revoked_at IS NULL
              ORDER BY g.population) AS populations
  FROM providers p ORDER BY p.sp;

-- name: by_sp
SELECT p.sp, p.name, p.dialect, p.created_at, p.technical,
       array(SELECT g.population FROM agreements g WHERE g.sp = p.sp AND g.revoked_at IS NULL
              ORDER BY g.population) AS populations
  FROM providers p WHERE p.sp = $sp;

-- name: lock
SELECT sp FROM providers WHERE sp = $sp FOR UPDATE;

-- name: set_technical
UPDATE providers SET technical = $technical WHERE sp = $sp RETURNING sp;

-- name: credentials
SELECT credential_id, secret_hash, created_at, last_used_at, revoked_at
  FROM credentials WHERE sp = $sp ORDER BY created_at, credential_id;

-- name: add_credential
INSERT INTO credentials (sp, credential_id, secret_hash) VALUES ($sp, $credential_id, $secret_hash);

-- name: revoke_credential
UPDATE credentials SET revoked_at = now()
 WHERE sp = $sp AND credential_id = $credential_id AND revoked_at IS NULL RETURNING credential_id;

-- name: used_credential
UPDATE credentials SET last_used_at = now()
 WHERE sp = $sp AND credential_id = $credential_id
   AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute');
