-- name: many
-- Each pair is answered if the SP sees the access, or has a subscription there.
SELECT w.sp, w.access_id, w.dialect, '{"accessId":"' || w.access_id || '","subscriptions":['
           || coalesce(t.docs, '') || ']}' AS doc
  FROM unnest($sp::text[], $access_id::text[], $dialect::text[]) AS w (sp, access_id, dialect)
 CROSS JOIN LATERAL (
       SELECT string_agg(subscription_doc(s, w.dialect, d.doc), ',' ORDER BY s.subscription_id) AS docs
         FROM subscriptions s LEFT JOIN dhcp_identifiers d ON d.access_id = s.access_id
        WHERE s.sp = w.sp AND s.access_id = w.access_id AND s.state IN ('ACTIVATED', 'SUSPENDED')) t
 WHERE t.docs IS NOT NULL
    OR EXISTS (SELECT FROM accesses a WHERE a.access_id = w.access_id AND sees(w.sp, a.population));

-- name: everything
SELECT doc FROM subscriptions_for($sp, $dialect);

-- name: changes
SELECT doc FROM subscription_changes_for($sp, $dialect, $since);

-- name: page
SELECT access_id, doc FROM subscriptions_for($sp, $dialect) WHERE access_id > $after ORDER BY access_id LIMIT $limit;

-- name: changes_page
SELECT access_id, doc FROM subscription_changes_for($sp, $dialect, $since)
 WHERE access_id > $after ORDER BY access_id LIMIT $limit;

-- name: any_change
SELECT EXISTS (SELECT FROM subscriptions s
                WHERE s.sp = $sp AND s.changed_at >= $since);
