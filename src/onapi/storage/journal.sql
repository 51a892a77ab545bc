-- name: events
SELECT event_doc(e.type, e.object_type, e.object_id, e.access_id, e.at, $mount::text)
  FROM events_for($sp, $since, $until) e ORDER BY e.at, e.seq;

-- name: any_event
SELECT EXISTS (SELECT FROM events_for($sp, $since, $until));

-- name: knows
SELECT EXISTS (SELECT FROM journal j
                WHERE j.sp = $sp AND j.tx = $event_tx AND j.seq = $event_seq AND j.state IS NOT NULL AND j.tx < journal_end());

-- name: newest
-- Readable or held back.
SELECT j.tx, j.seq FROM journal j WHERE j.sp = $sp AND j.state IS NOT NULL ORDER BY j.tx DESC, j.seq DESC LIMIT 1;

-- name: orderevents
SELECT orderevent_doc(j, $mount::text) FROM journal j
 WHERE j.sp = $sp AND (j.tx, j.seq) > ($after_tx::bigint, $after_seq::bigint) AND j.state IS NOT NULL AND j.tx < journal_end()
 ORDER BY j.tx, j.seq;

-- name: forget
-- scope: operator (retention; in pieces, so that no one waits for it)
DELETE FROM journal WHERE ctid = ANY (ARRAY(
    (SELECT ctid FROM journal WHERE sp IS NULL AND at < clock_timestamp() - make_interval(days => $days) LIMIT $most)
    UNION ALL
    (SELECT ctid FROM journal WHERE sp IS NOT NULL AND at < clock_timestamp() - make_interval(days => $days)
      LIMIT $most)));

-- name: forget_keys
-- scope: operator (retention)
DELETE FROM idempotency_keys WHERE created_at < clock_timestamp() - make_interval(days => $days);
