-- name: many
-- For several callers at once: what each may have of an access, if it knows it. Where others deliver as well, their
-- kinds are told, and nothing else of them.
SELECT w.number::integer AS number, may_see_technically(w.sp, a.access_id) AS allowed, p.technical = 'all' AS everything,
       (SELECT json_object_agg(k.tech, k.since)::text
          FROM (SELECT t.tech, min(s.connected_at) AS since
                  FROM subscriptions s JOIN service_types t ON t.service_type = s.service_type
                 WHERE s.sp = w.sp AND s.access_id = a.access_id AND s.state IN ('ACTIVATED', 'SUSPENDED')
                 GROUP BY t.tech) k) AS own,
       nullif(kinds_of_others(w.sp, a.access_id), '{}') AS others
  FROM unnest($sp::text[], $access_id::text[]) WITH ORDINALITY AS w (sp, access_id, number)
  JOIN accesses a ON a.access_id = w.access_id
  JOIN providers p ON p.sp = w.sp
 WHERE sees(w.sp, a.population) OR may_see_technically(w.sp, a.access_id);
