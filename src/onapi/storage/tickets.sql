-- name: access_to_complain_of
-- One that the SP sees, or on which it delivers something.
SELECT a.access_id FROM accesses a
 WHERE a.access_id = $access_id
   AND (sees($sp, a.population)
        OR EXISTS (SELECT FROM subscriptions s
                    WHERE s.sp = $sp AND s.access_id = a.access_id AND s.state IN ('ACTIVATED', 'SUSPENDED')));

-- name: access_of_subscription
-- One that an unfinished ACTIVATE will make is there too.
SELECT s.access_id FROM subscriptions s WHERE s.subscription_id = $subscription_id AND s.sp = $sp
 UNION ALL
SELECT o.access_id FROM orders o
 WHERE o.works_on = $subscription_id AND o.sp = $sp AND o.operation = 'ACTIVATE';

-- name: open
INSERT INTO tickets (ticket_id, sp, opened_by, access_id, subscription_id, created_by, heading, description, problem_type,
                     sp_reference, sp_ticket_reference, ip, mac, link)
-- As text, so that no connection has to learn of our domains first.
VALUES ($ticket_id::text, $sp, $opened_by, $access_id::text, $subscription_id::text, $created_by::text, $heading::text,
        $description::text, $problem_type, $sp_reference::text, $sp_ticket_reference::text, $ip::text, $mac::text, $link);

-- name: by_id
SELECT ticket_doc(t) AS doc, t.entries FROM tickets t WHERE t.ticket_id = $ticket_id AND t.sp = $sp;

-- name: hold
SELECT t.sp, t.status, t.responsible, t.entries FROM tickets t
 WHERE t.ticket_id = $ticket_id AND t.sp = $sp FOR NO KEY UPDATE;

-- name: enter
INSERT INTO ticket_entries (ticket_id, sp, party, author, message, status, responsible)
VALUES ($ticket_id::text, $sp, $party, $author::text, $message::text, $status, $responsible) RETURNING number;

-- name: everything
SELECT ticket_row(t) FROM tickets t
 WHERE t.sp = $sp AND ($status::text IS NULL OR t.status = $status)
   AND ($created::timestamptz IS NULL OR t.created_at > $created)
 ORDER BY t.ticket_id;

-- name: changes
SELECT ticket_row(t) FROM tickets t
 WHERE t.sp = $sp AND t.updated_at >= $since AND ($status::text IS NULL OR t.status = $status)
   AND ($created::timestamptz IS NULL OR t.created_at > $created)
 ORDER BY t.ticket_id;

-- name: any_change
SELECT EXISTS (SELECT FROM tickets t
                WHERE t.sp = $sp AND t.updated_at >= $since AND ($status::text IS NULL OR t.status = $status)
                  AND ($created::timestamptz IS NULL OR t.created_at > $created));

-- name: page
SELECT t.ticket_id, ticket_row(t) AS doc FROM tickets t
 WHERE t.sp = $sp AND t.ticket_id > $after AND ($since::timestamptz IS NULL OR t.updated_at >= $since)
   AND ($status::text IS NULL OR t.status = $status) AND ($created::timestamptz IS NULL OR t.created_at > $created)
 ORDER BY t.ticket_id LIMIT $limit;
