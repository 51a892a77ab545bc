-- name: horizon
-- scope: operator (a moment, no rows)
SELECT horizon();

-- name: newest
-- scope: operator (moments only; a poll is answered from them before anybody's rows are looked at)
SELECT clock_timestamp() AS clock,
       GREATEST(
           (SELECT max(changed_at) FROM accesses),
           (SELECT max(departed_at) FROM access_departures),
           (SELECT max(GREATEST(granted_at, revoked_at)) FROM agreements)) AS view,
       GREATEST(
           (SELECT max(changed_at) FROM services),
           (SELECT max(changed_at) FROM service_types)) AS catalogue;

-- name: told
-- scope: operator (which SPs have news of their own, and of what; the positions are of order events)
-- A position may not be readable yet, held back by a transaction anywhere in the cluster; it counts, since it is looked
-- at once only.
SELECT j.sp, j.object_type, max(j.at) AS at, max(ARRAY[j.tx, j.seq]) FILTER (WHERE j.state IS NOT NULL) AS position
  FROM journal j
 WHERE j.sp IS NOT NULL AND j.at >= $since
 GROUP BY j.sp, j.object_type;
