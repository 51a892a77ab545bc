-- name: claim
-- scope: operator (the engine works for every SP)
-- Lease orders that are due, one on each access, in the order of acceptance; and note that their next step begins.
WITH due AS (
    SELECT o.order_id FROM orders o
     WHERE o.finished_at IS NULL AND o.due_at <= clock_timestamp()
       AND (o.leased_until IS NULL OR o.leased_until < clock_timestamp())
       AND o.order_id <> ALL ($had::text[])
       AND NOT EXISTS (
           SELECT FROM orders e
            WHERE e.access_id = o.access_id AND e.state = 'IN_PROGRESS' AND e.order_id <> o.order_id)
       -- What has begun goes on, also when an earlier one for a later day has become due meanwhile.
       AND (o.state = 'IN_PROGRESS' OR NOT EXISTS (
           SELECT FROM orders e
            WHERE e.access_id = o.access_id AND e.position < o.position AND e.state = 'RECEIVED'
              AND e.due_at <= clock_timestamp()))
     ORDER BY o.due_at, o.position LIMIT $most FOR UPDATE SKIP LOCKED),
claimed AS (
    UPDATE orders o
       SET state = 'IN_PROGRESS', lease = $lease, leased_until = clock_timestamp() + $lease_for::interval
      FROM due WHERE o.order_id = due.order_id
    RETURNING o.*),
begun AS (
    INSERT INTO order_steps AS s (order_id, number, undo, name, tries, started_at)
    SELECT c.order_id, c.step + 1 - c.undoing::int, c.undoing, c.plan[c.step + 1 - c.undoing::int], 1,
           clock_timestamp()
      FROM claimed c WHERE NOT (c.undoing AND c.step = 0)
        ON CONFLICT (order_id, number, undo) DO UPDATE SET tries = s.tries + 1)
SELECT c.order_id, c.sp, c.access_id, c.operation, c.subscription_id, c.service, c.service_type, c.plan, c.step,
       c.undoing, c.tries, c.code, c.told, c.abandoned, c.forced_takeover, c.external_note, c.characteristics, c.equipment,
       -- As it was before this claim.
       EXISTS (SELECT FROM order_steps b
                WHERE b.order_id = c.order_id AND b.number = c.step + 1 AND NOT b.undo) AS resumed,
       c.claim, s.state AS subscription_state, s.service AS present_service, s.characteristics AS present_characteristics,
       s.equipment AS present_equipment,
       a.access_state, t.tech, v.down_kbps, v.up_kbps, s.down_kbps AS present_down_kbps, s.up_kbps AS present_up_kbps,
       h.subscription_id AS holder_subscription_id, h.sp AS holder_sp, h.service AS holder_service,
       h.state AS holder_state, h.characteristics AS holder_characteristics, h.equipment AS holder_equipment,
       h.down_kbps AS holder_down_kbps, h.up_kbps AS holder_up_kbps
  FROM claimed c
  LEFT JOIN subscriptions s ON s.subscription_id = c.subscription_id
  JOIN accesses a ON a.access_id = c.access_id
  JOIN service_types t ON t.service_type = c.service_type
  JOIN services v ON v.service = c.service
  -- LIMIT has each looked up by its key; the planner would rather read all there is while that is little.
  LEFT JOIN LATERAL (
       SELECT l.subscription_id, l.sp, l.service, l.state, l.characteristics, l.equipment, l.down_kbps, l.up_kbps
         FROM subscriptions l
        WHERE c.operation = 'ACTIVATE'
          AND (l.access_id, l.service_type, l.claim) = (c.access_id, c.service_type, c.claim)
          AND l.state IN ('ACTIVATED', 'SUSPENDED') LIMIT 1) h ON true
 ORDER BY c.position;

-- name: keep
-- scope: operator (the engine works for every SP)
-- The heartbeat: the leases that are still this worker's go on.
UPDATE orders SET leased_until = clock_timestamp() + $lease_for::interval
 WHERE order_id = ANY ($order_ids::text[]) AND lease = $lease AND state = 'IN_PROGRESS'
RETURNING order_id;

-- name: release
-- scope: operator (the engine works for every SP)
UPDATE orders SET lease = NULL, leased_until = NULL
 WHERE state = 'IN_PROGRESS' AND lease = $lease AND order_id <> ALL ($kept::text[]);

-- name: advance
-- scope: operator (the engine works for every SP)
-- A step is finished, forward or back, and the next one begins.
WITH finished AS (
    SELECT * FROM unnest($order_ids::text[], $did::text[]) AS f (order_id, did)),
moved AS (
    UPDATE orders o SET step = o.step + CASE WHEN o.undoing THEN -1 ELSE 1 END, tries = 0, trouble = NULL
      FROM finished f WHERE o.order_id = f.order_id AND o.lease = $lease AND o.state = 'IN_PROGRESS'
    RETURNING o.order_id, o.step, o.undoing, o.plan, f.did),
ended AS (
    UPDATE order_steps s SET finished_at = clock_timestamp(), did = m.did
      FROM moved m
     WHERE (s.order_id, s.number, s.undo) = (m.order_id, m.step + m.undoing::int, m.undoing)),
begun AS (
    INSERT INTO order_steps AS s (order_id, number, undo, name, tries, started_at)
    SELECT m.order_id, m.step + 1 - m.undoing::int, m.undoing, m.plan[m.step + 1 - m.undoing::int], 1, clock_timestamp()
      FROM moved m WHERE NOT (m.undoing AND m.step = 0)
        ON CONFLICT (order_id, number, undo) DO UPDATE SET tries = s.tries + 1)
SELECT order_id FROM moved;

-- name: postpone
-- scope: operator (the engine works for every SP)
-- The step failed; it is tried again after a while, or, with infinity, when the operator says so.
WITH moved AS (
    UPDATE orders o
       SET tries = o.tries + 1, trouble = $trouble, lease = NULL, leased_until = NULL,
           due_at = CASE WHEN $pause::interval IS NULL THEN 'infinity' ELSE clock_timestamp() + $pause END
     WHERE o.order_id = $order_id AND o.lease = $lease AND o.state = 'IN_PROGRESS'
    RETURNING o.order_id, o.step, o.undoing)
UPDATE order_steps s SET did = $trouble
  FROM moved m WHERE (s.order_id, s.number, s.undo) = (m.order_id, m.step + 1 - m.undoing::int, m.undoing)
RETURNING s.order_id;

-- name: turn_back
-- scope: operator (the engine works for every SP)
-- The order will fail; what was done for it is taken back, beginning with the step that failed unless that certainly
-- did nothing.
WITH moved AS (
    UPDATE orders o
       SET undoing = true, tries = 0, trouble = $trouble, told = $told, code = $code,
           step = LEAST(o.step + CASE WHEN $untouched::boolean THEN 0 ELSE 1 END, cardinality(o.plan) - 1)
     WHERE o.order_id = $order_id AND o.lease = $lease AND o.state = 'IN_PROGRESS' AND NOT o.undoing
    RETURNING o.order_id, o.step, o.plan),
failed AS (
    UPDATE order_steps s SET did = $trouble
      FROM moved m WHERE s.order_id = m.order_id AND s.finished_at IS NULL AND NOT s.undo),
begun AS (
    INSERT INTO order_steps (order_id, number, undo, name, tries, started_at)
    SELECT m.order_id, m.step, true, m.plan[m.step], 1, clock_timestamp() FROM moved m WHERE m.step > 0
        ON CONFLICT DO NOTHING)
SELECT step FROM moved;

-- name: hold
-- scope: operator (the engine works for every SP)
-- The first statement of a transaction that finishes orders: those that are still this worker's.
SELECT order_id, operation, forced_takeover FROM orders
 WHERE order_id = ANY ($order_ids::text[]) AND lease = $lease AND state = 'IN_PROGRESS'
 ORDER BY order_id FOR UPDATE;

-- name: end_losers
-- scope: operator (a takeover ends another SP's subscription)
UPDATE subscriptions l SET state = 'ENDED', ended_at = clock_timestamp(), ends_at = NULL
  FROM orders o
 WHERE o.order_id = ANY ($order_ids::text[]) AND o.operation = 'ACTIVATE' AND o.forced_takeover
   AND l.sp <> o.sp AND l.state IN ('ACTIVATED', 'SUSPENDED')
   AND (l.access_id, l.service_type, l.claim) = (o.access_id, o.service_type, o.claim);

-- name: begin
-- scope: operator (the engine works for every SP)
INSERT INTO subscriptions (subscription_id, sp, access_id, service, service_type, claim, state, connected_at,
                           sp_reference, sp_subscription_id, characteristics, equipment, down_kbps, up_kbps, changed_at)
SELECT o.subscription_id, o.sp, o.access_id, o.service, o.service_type, o.claim, 'ACTIVATED', clock_timestamp(),
       o.sp_reference, o.sp_subscription_id, o.characteristics, o.equipment, v.down_kbps, v.up_kbps, '-infinity'
  FROM orders o JOIN services v USING (service)
 WHERE o.order_id = ANY ($order_ids::text[]) AND o.operation = 'ACTIVATE';

-- name: apply
-- scope: operator (the engine works for every SP)
-- What the orders wanted of their subscriptions is so. One that ended meanwhile stays as it is.
UPDATE subscriptions s
   SET claim = CASE WHEN o.operation = 'MODIFY' AND s.claim <> '' AND o.sp_subscription_id IS NOT NULL
                    THEN s.sp || ' ' || o.sp_subscription_id ELSE s.claim END,
       state = CASE o.operation WHEN 'DEACTIVATE' THEN 'ENDED' WHEN 'SUSPEND' THEN 'SUSPENDED'
                                WHEN 'RESUME' THEN 'ACTIVATED' ELSE s.state END,
       ended_at = CASE WHEN o.operation = 'DEACTIVATE' THEN clock_timestamp() END,
       note = CASE o.operation WHEN 'SUSPEND' THEN o.external_note WHEN 'RESUME' THEN NULL ELSE s.note END,
       service = CASE WHEN o.operation = 'CHANGE' THEN o.service ELSE s.service END,
       down_kbps = CASE WHEN o.operation = 'CHANGE' THEN v.down_kbps ELSE s.down_kbps END,
       up_kbps = CASE WHEN o.operation = 'CHANGE' THEN v.up_kbps ELSE s.up_kbps END,
       (sp_reference, sp_subscription_id, characteristics, equipment) = (
           SELECT COALESCE(n.sp_reference, s.sp_reference), COALESCE(n.sp_subscription_id, s.sp_subscription_id),
                  COALESCE(n.characteristics, s.characteristics), COALESCE(n.equipment, s.equipment)
             FROM (SELECT 1) AS one LEFT JOIN orders n ON n.order_id = o.order_id AND n.operation IN ('CHANGE', 'MODIFY'))
  FROM orders o JOIN services v USING (service)
 WHERE o.order_id = ANY ($order_ids::text[]) AND o.operation <> 'ACTIVATE'
   AND s.subscription_id = o.subscription_id AND s.state <> 'ENDED';

-- name: succeed
-- scope: operator (the engine works for every SP)
WITH moved AS (
    UPDATE orders o SET state = 'DONE_SUCCESS', step = o.step + 1
     WHERE o.order_id = ANY ($order_ids::text[])
    RETURNING o.order_id, o.step)
UPDATE order_steps s SET finished_at = clock_timestamp()
  FROM moved m WHERE (s.order_id, s.number, s.undo) = (m.order_id, m.step, false);

-- name: fail
-- scope: operator (the engine works for every SP)
UPDATE orders SET state = 'DONE_FAILED', message = $message, code = $code WHERE order_id = $order_id;
