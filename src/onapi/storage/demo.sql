-- name: live_last_month
-- scope: operator (the demo's made-up past)
-- Thirty subscriptions that ended with the month before the day, or in it: nothing of them is live, so the city is as
-- free as without them. Every third is beta's; some began in that month, and one was another service at first.
WITH bounds AS (
    SELECT date_trunc('month', $today::date - interval '1 month') AT TIME ZONE $zone AS first,
           date_trunc('month', $today::date::timestamp) AT TIME ZONE $zone AS over),
chosen AS (
    SELECT a.access_id, row_number() OVER (ORDER BY a.access_id)::integer AS n FROM accesses a
     WHERE a.access_state = 'CONNECTED' AND a.access_id NOT LIKE 'DEMO%' ORDER BY a.access_id LIMIT 30),
lived AS (
    INSERT INTO subscriptions (
           subscription_id, sp, access_id, service, service_type, claim, state, connected_at, ended_at, sp_reference,
           down_kbps, up_kbps, changed_at)
    SELECT 'demo-' || c.n, CASE WHEN c.n % 3 = 0 THEN 'beta' ELSE 'alfa' END, c.access_id, v.service, v.service_type, '',
           'ENDED', b.first + CASE WHEN c.n % 7 = 0 THEN c.n ELSE -100 - c.n END * interval '12 hours',
           CASE WHEN c.n % 10 = 0 THEN b.first + interval '20 days' ELSE b.over - interval '1 second' END,
           'customer ' || c.n, v.down_kbps, v.up_kbps, now()
      FROM chosen c CROSS JOIN bounds b
      JOIN services v ON v.service = CASE WHEN c.n % 4 = 1 THEN 'BB-250-250' ELSE 'BB-100-100' END)
INSERT INTO subscription_pasts (subscription_id, until, service, down_kbps, up_kbps, sp_reference)
SELECT 'demo-' || c.n, b.first + interval '10 days', v.service, v.down_kbps, v.up_kbps, 'customer ' || c.n
  FROM chosen c CROSS JOIN bounds b JOIN services v ON v.service = 'BB-100-100' WHERE c.n = 1;
