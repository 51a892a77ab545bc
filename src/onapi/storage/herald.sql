-- name: tell
-- scope: operator (says that something changed, not what or whose)
SELECT pg_notify('onapi', 'orders');
