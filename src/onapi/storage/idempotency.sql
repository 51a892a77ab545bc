-- name: lock_key
-- Two requests with one key do not run at once; the second is told so rather than kept waiting.
SELECT pg_try_advisory_xact_lock(hashtextextended($sp || ' ' || $key, 2606));

-- name: answer_of_key
SELECT wish, status, object_id, answer FROM idempotency_keys WHERE sp = $sp AND key = $key;

-- name: keep_answer
INSERT INTO idempotency_keys (sp, key, wish, status, object_id, answer)
VALUES ($sp, $key, $wish, $status, $object_id, $answer);
