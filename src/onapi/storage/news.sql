-- name: horizon
-- scope: operator (a moment, no rows)
SELECT horizon();

-- name: newest
-- scope: operator (moments only; a poll is answered from them before anybody's rows are looked at)
SELECT clock_timestamp() AS clock,
       GREATEST(
           (SELECT max(changed_at) FROM accesses),
           (SELECT max(departed_at) FROM access_departures),
           (SELECT max(GREATEST(granted_at, revoked_at)) FROM agreements)) AS newest;
