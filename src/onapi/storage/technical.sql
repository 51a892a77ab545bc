-- name: standing
-- One row, if the SP knows the access: what it may have of it. Where others deliver as well, their kinds are told, and
-- nothing else of them.
SELECT may_see_technically($sp, a.access_id) AS allowed, p.technical = 'all' AS everything,
       (SELECT json_object_agg(k.tech, k.since)::text
          FROM (SELECT t.tech, min(s.connected_at) AS since
                  FROM subscriptions s JOIN service_types t ON t.service_type = s.service_type
                 WHERE s.sp = $sp AND s.access_id = a.access_id AND s.state IN ('ACTIVATED', 'SUSPENDED')
                 GROUP BY t.tech) k) AS own,
       nullif(kinds_of_others($sp, a.access_id), '{}') AS others
  FROM accesses a JOIN providers p ON p.sp = $sp
 WHERE a.access_id = $access_id AND (sees($sp, a.population) OR may_see_technically($sp, a.access_id));
