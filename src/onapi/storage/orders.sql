-- name: by_id
SELECT order_doc(o, $mount::text, $dialect::text) AS doc FROM orders o
 WHERE o.order_id = $order_id AND o.sp = $sp AND o.state <> 'CANCELLED';

-- name: listed
SELECT order_doc(o, $mount::text, $dialect::text) FROM orders o
 WHERE o.sp = $sp AND o.state = ANY ($states::text[]) AND ($access_id::text IS NULL OR o.access_id = $access_id)
 ORDER BY o.position;

-- name: unchanged
SELECT o.operation, o.access_id, o.service, o.service_type, o.subscription_id, o.requested_at, o.sp_reference,
       o.sp_subscription_id, o.external_note, o.characteristics, o.equipment, o.forced_takeover, o.state, o.wish,
       o.claim
  FROM orders o
 WHERE o.order_id = $order_id AND o.sp = $sp AND o.state <> 'CANCELLED';

-- name: replace
UPDATE orders
   SET service = $service, requested_at = $requested_at, sp_reference = $sp_reference,
       sp_subscription_id = $sp_subscription_id, external_note = $external_note, characteristics = $characteristics,
       equipment = $equipment, forced_takeover = $forced_takeover, wish = $wish, plan = string_to_array($plan, ' '),
       due_at = GREATEST($requested_at::timestamptz, clock_timestamp()),
       expected_at = GREATEST($requested_at::timestamptz, clock_timestamp()) + interval '1 minute'
 WHERE order_id = $order_id AND sp = $sp AND state = 'RECEIVED' AND wish = $seen_wish
RETURNING order_id;

-- name: cancel
UPDATE orders
   SET state = 'CANCELLED', message = $message, code = $code
 WHERE order_id = $order_id AND sp = $sp AND state = 'RECEIVED'
RETURNING order_id;

-- name: ground
-- What an ACTIVATE meets: one row for each question, by its number.
SELECT q.n, a.access_state, v.service_type, v.takeover, v.offered_from, v.offered_until, v.characteristics,
       k.claim,
       w.sp IS NOT NULL AS wanted, ow.subscription_id AS wanted_subscription, ow.order_id AS wanted_order,
       ow.wish AS wanted_wish,
       l.sp IS NOT NULL AS live, l.ends_at, ml.subscription_id AS live_subscription, ml.service AS live_service,
       ol.order_id AS live_order, ol.wish AS live_wish
  FROM unnest($sp::text[], $access_id::text[], $service::text[], $reference::text[]) WITH ORDINALITY
       AS q (sp, access_id, service, reference, n)
  LEFT JOIN accesses a ON a.access_id = q.access_id AND sees(q.sp, a.population)
  LEFT JOIN services v ON v.service = q.service AND NOT v.withdrawn
        AND (v.sellers IS NULL OR q.sp = ANY (v.sellers))
        AND (v.populations IS NULL OR a.population = ANY (v.populations))
  LEFT JOIN service_types t ON t.service_type = v.service_type
 CROSS JOIN LATERAL (
       SELECT CASE WHEN t.exclusive THEN '' ELSE q.sp || ' ' || coalesce(q.reference, '') END AS claim) k
  -- Each is looked up by its key, for every question: LIMIT keeps the planner from reading all there is instead, which
  -- looks cheap to it while the tables are small.
  LEFT JOIN LATERAL (
       SELECT c.sp FROM claims c
        WHERE c.access_id = q.access_id AND c.service_type = v.service_type AND c.claim = k.claim AND c.wanted
        LIMIT 1) w ON true
  LEFT JOIN LATERAL (
       SELECT c.sp, c.ends_at FROM claims c
        WHERE c.access_id = q.access_id AND c.service_type = v.service_type AND c.claim = k.claim AND NOT c.wanted
        LIMIT 1) l ON true
  LEFT JOIN LATERAL (
       SELECT o.order_id, o.wish, o.subscription_id FROM orders o
        WHERE w.sp = q.sp AND o.wanted_on = q.access_id AND o.service_type = v.service_type AND o.claim = k.claim
        LIMIT 1) ow ON true
  LEFT JOIN LATERAL (
       SELECT s.subscription_id, s.service FROM subscriptions s
        WHERE l.sp = q.sp AND s.access_id = q.access_id AND s.service_type = v.service_type AND s.claim = k.claim
          AND s.state IN ('ACTIVATED', 'SUSPENDED') LIMIT 1) ml ON true
  LEFT JOIN LATERAL (
       SELECT o.order_id, o.wish FROM orders o
        WHERE o.works_on = ml.subscription_id LIMIT 1) ol ON true;

-- name: insert
-- Every wish whose way is still free becomes an order; the others are left out. A subscription that changed since it
-- was seen is not free.
WITH wishes AS (
    SELECT * FROM unnest(
        $order_id::text[], $sp::text[], $access_id::text[], $service::text[], $service_type::text[], $claim::text[],
        $operation::text[], $subscription_id::text[], $seen_at::timestamptz[], $requested_at::timestamptz[],
        $sp_reference::text[], $sp_subscription_id::text[], $external_note::text[], $characteristics::text[],
        $equipment::text[], $forced_takeover::boolean[], $wish::text[], $plan::text[], $mount::text[],
        $dialect::text[])
        WITH ORDINALITY AS w (
        order_id, sp, access_id, service, service_type, claim, operation, subscription_id, seen_at, requested_at,
        sp_reference, sp_subscription_id, external_note, characteristics, equipment, forced_takeover, wish, plan,
        mount, dialect, n)),
held AS (
    SELECT s.subscription_id FROM subscriptions s JOIN wishes w USING (subscription_id)
     WHERE w.operation <> 'ACTIVATE' AND s.sp = w.sp AND s.changed_at = w.seen_at
     ORDER BY s.subscription_id FOR NO KEY UPDATE OF s),
placed AS (
    INSERT INTO orders AS o (
           order_id, sp, access_id, service, service_type, claim, operation, subscription_id, requested_at, expected_at,
           sp_reference, sp_subscription_id, external_note, characteristics, equipment, forced_takeover, wish, plan,
           due_at, told_by)
    SELECT w.order_id, w.sp, w.access_id, w.service, w.service_type, w.claim, w.operation, w.subscription_id,
           w.requested_at, GREATEST(w.requested_at, clock_timestamp()) + interval '1 minute',
           w.sp_reference, w.sp_subscription_id, w.external_note, w.characteristics::json, w.equipment::json,
           w.forced_takeover, w.wish, string_to_array(w.plan, ' '),
           GREATEST(w.requested_at, clock_timestamp()), 0
      FROM wishes w
     WHERE w.operation = 'ACTIVATE' OR w.subscription_id IN (SELECT h.subscription_id FROM held h)
     ORDER BY w.access_id, w.n
        ON CONFLICT DO NOTHING
    RETURNING o)
SELECT (p.o).order_id, order_doc(p.o, w.mount, w.dialect) AS doc
  FROM placed p JOIN wishes w ON w.order_id = (p.o).order_id;

-- name: found_by_reference
-- The SP's subscriptions that go by a reference of its own, live and wanted ones first, then the last that ended.
SELECT f.subscription_id, f.ended
  FROM (SELECT s.subscription_id, s.state = 'ENDED' AS ended, s.ended_at FROM subscriptions s
         WHERE s.sp = $sp AND s.sp_subscription_id = $reference
        UNION ALL
        SELECT o.subscription_id, false, NULL FROM orders o
         WHERE o.sp = $sp AND o.sp_subscription_id = $reference AND o.wanted_on IS NOT NULL) f
 ORDER BY f.ended, f.ended_at DESC LIMIT 3;

-- name: found_on_access
-- The same by access and service; or, for what will be another service, by the type of it.
SELECT f.subscription_id, f.ended
  FROM (SELECT s.subscription_id, s.state = 'ENDED' AS ended, s.ended_at FROM subscriptions s
         WHERE s.sp = $sp AND s.access_id = $access_id
           AND (s.service = $service OR $any_of_type::boolean
                AND s.service_type = (SELECT v.service_type FROM services v WHERE v.service = $service))
        UNION ALL
        SELECT o.subscription_id, false, NULL FROM orders o
         WHERE o.sp = $sp AND o.wanted_on = $access_id AND o.service = $service) f
 ORDER BY f.ended, f.ended_at DESC LIMIT 3;

-- name: subscription
-- One that an unfinished ACTIVATE will make is there too, as that order.
SELECT s.subscription_id, s.access_id, s.service, s.service_type, s.claim, s.state, s.changed_at AS seen_at,
       o.order_id, o.wish
  FROM subscriptions s
  LEFT JOIN orders o ON o.works_on = s.subscription_id
 WHERE s.subscription_id = $subscription_id AND s.sp = $sp
 UNION ALL
SELECT o.subscription_id, o.access_id, o.service, o.service_type, o.claim, 'WANTED', o.received_at, o.order_id, o.wish
  FROM orders o
 WHERE o.works_on = $subscription_id AND o.sp = $sp AND o.operation = 'ACTIVATE';

-- name: offer
-- A service as this SP may sell it on this access, whatever the access's state.
SELECT v.service, v.service_type, v.takeover, v.offered_from, v.offered_until, v.characteristics
  FROM services v JOIN accesses a ON a.access_id = $access_id
 WHERE v.service = $service
   AND (NOT v.withdrawn OR $kept::boolean)
   AND (v.sellers IS NULL OR $sp = ANY (v.sellers) OR $kept::boolean)
   AND (v.populations IS NULL OR a.population = ANY (v.populations) OR $kept::boolean);
