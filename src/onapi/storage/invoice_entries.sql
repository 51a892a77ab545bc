-- name: entries
-- scope: operator (the CO looks at what it wrote by hand)
SELECT e.entry_id, e.sp, e.subscription_id, e.row_type, e.list_price, e.amount, e.from_date, e.to_date, e.comment,
       e.ticket, e.created_at
  FROM invoice_entries e WHERE e.period = $period AND e.withdrawn_at IS NULL ORDER BY e.created_at, e.entry_id;

-- name: add_entry
-- scope: operator (the CO charges, or gives back)
INSERT INTO invoice_entries (
       entry_id, period, sp, subscription_id, row_type, list_price, amount, from_date, to_date, comment, ticket,
       created_at)
SELECT $entry_id, $period, s.sp, s.subscription_id, $row_type, $list_price, $amount, $from_date, $to_date, $comment,
       $ticket, clock_timestamp()
  FROM subscriptions s WHERE s.subscription_id = $subscription_id
    ON CONFLICT DO NOTHING
RETURNING entry_id;

-- name: withdraw_entry
-- scope: operator (the CO thinks better of it)
UPDATE invoice_entries SET withdrawn_at = clock_timestamp()
 WHERE entry_id = $entry_id AND period = $period AND withdrawn_at IS NULL
RETURNING entry_id;

-- name: subscription_is_there
-- scope: operator (the CO charges, or gives back)
SELECT EXISTS (SELECT FROM subscriptions s WHERE s.subscription_id = $subscription_id);

-- name: ticket_is_there
-- scope: operator (the CO charges, or gives back)
SELECT EXISTS (SELECT FROM tickets t JOIN subscriptions s ON s.sp = t.sp
                WHERE t.ticket_id = $ticket AND s.subscription_id = $subscription_id);

-- name: of_ticket
-- scope: operator (the CO charges for a ticket)
-- The subscription that a ticket names; else those that its SP has there now.
SELECT s.subscription_id
  FROM tickets t JOIN subscriptions s ON s.sp = t.sp AND s.subscription_id = t.subscription_id
 WHERE t.ticket_id = $ticket
 UNION ALL
SELECT s.subscription_id
  FROM tickets t JOIN subscriptions s ON s.sp = t.sp AND s.access_id = t.access_id AND s.state IN ('ACTIVATED', 'SUSPENDED')
 WHERE t.ticket_id = $ticket AND t.subscription_id IS NULL;
