-- name: intended
-- scope: operator (the CO compares its own network with its own records)
-- What is to be delivered at every port of an element: a row for each live subscription, one for a port without any.
SELECT p.access_id, p.port, s.subscription_id, s.service, t.tech, s.down_kbps, s.up_kbps, s.state = 'SUSPENDED' AS blocked,
       s.characteristics, s.equipment,
       rtrim(s.service_type || ' ' || CASE WHEN s.claim = '' THEN '' ELSE s.subscription_id END) AS slot,
       EXISTS (SELECT FROM orders o WHERE o.access_id = p.access_id AND o.state = 'IN_PROGRESS') AS under_way
  FROM access_ports p
  LEFT JOIN subscriptions s ON s.access_id = p.access_id AND s.state IN ('ACTIVATED', 'SUSPENDED')
  LEFT JOIN service_types t ON t.service_type = s.service_type
 WHERE p.element = $element
 ORDER BY length(p.port), p.port, slot;
