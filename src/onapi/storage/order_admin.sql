-- name: listed
-- scope: operator (the CO looks at everybody's orders)
SELECT o.order_id, o.sp, o.access_id, o.operation, o.service, o.state, o.received_at, o.requested_at, o.finished_at,
       CASE WHEN o.state IN ('RECEIVED', 'IN_PROGRESS') THEN o.plan[o.step + 1 - o.undoing::int] END AS step,
       o.undoing, o.due_at = 'infinity' AS stuck, COALESCE(nullif(o.message, ''), o.trouble) AS trouble
  FROM orders o
 WHERE ($state::text IS NULL AND o.state IN ('RECEIVED', 'IN_PROGRESS') OR o.state = $state)
   AND ($provider::text IS NULL OR o.sp = $provider)
   AND ($access_id::text IS NULL OR o.access_id = $access_id)
   AND (NOT $stuck::boolean OR o.due_at = 'infinity' AND o.state = 'IN_PROGRESS')
 ORDER BY o.position DESC LIMIT $most;

-- name: one
-- scope: operator (the CO looks at everybody's orders)
SELECT o.order_id, o.sp, o.access_id, o.operation, o.service, o.subscription_id, o.state, o.received_at, o.requested_at,
       nullif(o.due_at, 'infinity') AS due_at, o.finished_at, o.plan, o.step, o.undoing, o.tries,
       o.due_at = 'infinity' AS stuck, o.leased_until > clock_timestamp() AS leased, o.trouble, o.abandoned,
       o.message, o.code, o.forced_takeover, o.sp_reference, o.sp_subscription_id
  FROM orders o WHERE o.order_id = $order_id;

-- name: steps
-- scope: operator (the CO looks at everybody's orders)
SELECT number, undo, name, tries, started_at, finished_at, did FROM order_steps
 WHERE order_id = $order_id ORDER BY undo, CASE WHEN undo THEN -number ELSE number END;

-- name: retry
-- scope: operator (the CO decides what becomes of a stuck order)
UPDATE orders
   SET due_at = clock_timestamp(), tries = 0, abandoned = NULL,
       undoing = undoing AND $from_step::integer IS NULL,
       code = CASE WHEN $from_step::integer IS NULL THEN code END,
       step = COALESCE($from_step::integer, step)
 WHERE order_id = $order_id AND state = 'IN_PROGRESS'
   AND (leased_until IS NULL OR leased_until < clock_timestamp())
RETURNING order_id;

-- name: abandon
-- scope: operator (the CO decides what becomes of a stuck order)
UPDATE orders SET due_at = clock_timestamp(), tries = 0, abandoned = $reason
 WHERE order_id = $order_id AND state IN ('RECEIVED', 'IN_PROGRESS')
   AND (leased_until IS NULL OR leased_until < clock_timestamp())
RETURNING order_id;
