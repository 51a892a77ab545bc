-- Why an order fails, as its SP is told. What the network said may be the operator's matter; it is in `order_steps`.
ALTER TABLE orders ADD COLUMN told text;
UPDATE orders o
   SET told = COALESCE((SELECT f.did FROM order_steps f
                         WHERE f.order_id = o.order_id AND NOT f.undo AND f.finished_at IS NULL LIMIT 1), o.trouble)
 WHERE o.undoing AND o.finished_at IS NULL;
