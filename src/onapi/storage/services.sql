-- name: many
SELECT w.sp, s.access_id, s.doc
  FROM (SELECT q.sp, array_agg(DISTINCT q.access_id) AS access_ids
          FROM unnest($sp::text[], $access_id::text[]) AS q (sp, access_id) GROUP BY q.sp) w
 CROSS JOIN LATERAL services_on(w.sp, w.access_ids) s;

-- name: everything
SELECT doc FROM services_for($sp);

-- name: changes
SELECT doc FROM service_changes_for($sp, $since);

-- name: page
SELECT s.access_id, s.doc
  FROM services_on($sp, ARRAY(SELECT a.access_id FROM accesses_for($sp) a
                               WHERE a.access_id > $after ORDER BY a.access_id LIMIT $limit)) s
 ORDER BY s.access_id;

-- name: changes_page
SELECT access_id, doc FROM service_changes_for($sp, $since)
 WHERE access_id > $after ORDER BY access_id LIMIT $limit;

-- name: any_change
SELECT EXISTS (SELECT FROM service_moves_for($sp, $since));
