-- Tenancy's second wall: the servers speak as a role for which each SP's rows exist only while it is that SP's turn.
-- The first wall is in the queries, each of which names its SP. docs/explanation/tenancy.md
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'onapi_api') THEN
        CREATE ROLE onapi_api NOLOGIN;
    END IF;
EXCEPTION
    -- Roles belong to the whole cluster; another database's migration made it.
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;
DO $$
BEGIN
    -- From PostgreSQL 16 on, whoever made a role is a member of it that may not become it.
    SET LOCAL ROLE onapi_api;
    RESET ROLE;
EXCEPTION WHEN insufficient_privilege THEN
    EXECUTE format('GRANT onapi_api TO %I', current_user);
END
$$;

-- Whose turn it is: the SPs for which the connection's statements are, by their accounts' names.
CREATE FUNCTION callers() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN string_to_array(current_setting('onapi.sp', true), ' ');

GRANT USAGE ON SCHEMA public TO onapi_api;
GRANT SELECT ON migrations, accesses, access_departures, agreements, providers, credentials, facts, service_types, services, prices,
    claims, claim_moves, subscriptions, orders, journal, idempotency_keys TO onapi_api;
-- An order locks its subscription, which takes the right to update some of it; triggers do what is written.
GRANT UPDATE (changed_at) ON subscriptions TO onapi_api;
GRANT INSERT, UPDATE ON orders TO onapi_api;
GRANT INSERT ON idempotency_keys TO onapi_api;
GRANT INSERT ON facts TO onapi_api;
GRANT UPDATE (last_used_at) ON credentials TO onapi_api;

ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY callers_only ON subscriptions TO onapi_api USING (sp = ANY ((SELECT callers())::text[]));
CREATE POLICY callers_only ON orders TO onapi_api USING (sp = ANY ((SELECT callers())::text[]));
CREATE POLICY callers_only ON journal TO onapi_api USING (sp IS NULL OR sp = ANY ((SELECT callers())::text[]));
CREATE POLICY callers_only ON idempotency_keys TO onapi_api USING (sp = ANY ((SELECT callers())::text[]));

-- What other sessions do is hidden from a role that is not theirs, and a hidden transaction holds deltas back for good.
ALTER FUNCTION horizon() SECURITY DEFINER SET search_path = public, pg_temp;
