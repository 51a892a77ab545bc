-- name: listed
-- scope: operator (the CO looks at everybody's tickets)
SELECT t.ticket_id, t.sp, t.access_id, t.problem_type, t.heading, t.status, t.responsible, t.created_at, t.updated_at,
       t.opened_by, h.at, h.statuses, h.responsibles, clock_timestamp() AS now
  FROM tickets t
 CROSS JOIN LATERAL (
       SELECT coalesce(array_agg(e.at ORDER BY e.number), '{}') AS at,
              coalesce(array_agg(e.status ORDER BY e.number), '{}') AS statuses,
              coalesce(array_agg(e.responsible ORDER BY e.number), '{}') AS responsibles
         FROM ticket_entries e WHERE e.ticket_id = t.ticket_id) h
 WHERE ($status::text IS NULL AND t.status <> 'CLOSED' OR t.status = $status)
   AND ($provider::text IS NULL OR t.sp = $provider)
   AND ($access_id::text IS NULL OR t.access_id = $access_id)
   AND ($turn::text IS NULL OR t.responsible = $turn)
 ORDER BY t.ticket_id DESC LIMIT $most;

-- name: one
-- scope: operator (the CO looks at everybody's tickets)
SELECT t.ticket_id, t.sp, t.access_id, t.subscription_id, t.problem_type, t.heading, t.description, t.opened_by,
       t.created_by, t.sp_reference, t.sp_ticket_reference, t.ip, t.mac, t.link, t.status, t.responsible,
       t.created_at, t.updated_at, r.read_at, r.link::text AS seen, r.trouble,
       h.at, h.statuses, h.responsibles, clock_timestamp() AS now
  FROM tickets t
 CROSS JOIN LATERAL (
       SELECT coalesce(array_agg(e.at ORDER BY e.number), '{}') AS at,
              coalesce(array_agg(e.status ORDER BY e.number), '{}') AS statuses,
              coalesce(array_agg(e.responsible ORDER BY e.number), '{}') AS responsibles
         FROM ticket_entries e WHERE e.ticket_id = t.ticket_id) h
  LEFT JOIN ticket_readings r ON r.ticket_id = t.ticket_id
 WHERE t.ticket_id = $ticket_id;

-- name: lines
-- scope: operator (what was said to the SP and what was not, as the CO reads it)
SELECT l.at, l.said_by, l.author, l.status, l.responsible, l.message
  FROM (SELECT e.at, e.party AS said_by, e.author, e.status, e.responsible, e.message, e.number
          FROM ticket_entries e WHERE e.ticket_id = $ticket_id
         UNION ALL
        SELECT n.at, 'note', n.author, NULL, NULL, n.message, n.number
          FROM ticket_notes n WHERE n.ticket_id = $ticket_id) l
 ORDER BY l.at, l.said_by = 'note', l.number;

-- name: hold
-- scope: operator (the CO answers everybody's tickets)
SELECT t.sp, t.status, t.responsible, t.entries FROM tickets t WHERE t.ticket_id = $ticket_id FOR NO KEY UPDATE;

-- name: note
-- scope: operator (for the CO alone; servers have no right to read it)
INSERT INTO ticket_notes (ticket_id, author, message) VALUES ($ticket_id::text, $author::text, $message::text);

-- name: keep_readings
-- scope: operator (what the network said is for the CO alone)
INSERT INTO ticket_readings (ticket_id, read_at, link, trouble)
SELECT r.ticket_id, r.read_at, r.link::json, r.trouble
  FROM unnest($ticket_id::text[], $read_at::timestamptz[], $link::text[], $trouble::text[])
       AS r (ticket_id, read_at, link, trouble)
    ON CONFLICT DO NOTHING;
