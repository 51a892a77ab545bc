CREATE TABLE providers (
    sp         text COLLATE "C" PRIMARY KEY CHECK (sp ~ '^[-0-9a-zA-Z.]+$' AND length(sp) <= 36),
    name       text NOT NULL CHECK (name <> '' AND length(name) <= 255),
    dialect    text NOT NULL DEFAULT 'bitvis' CHECK (dialect IN ('bitvis', 'standard')),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE credentials (
    sp            text COLLATE "C" NOT NULL REFERENCES providers,
    credential_id text COLLATE "C" NOT NULL,
    secret_hash   text NOT NULL CHECK (secret_hash LIKE '$argon2id$%'),
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_used_at  timestamptz,
    revoked_at    timestamptz,
    PRIMARY KEY (sp, credential_id)
);

-- What an SP may see. A row is never removed: a revoked agreement is how the SP's deltas know what left its view.
CREATE TABLE agreements (
    sp         text COLLATE "C" NOT NULL REFERENCES providers,
    population text CHECK (population <> ''),
    granted_at timestamptz NOT NULL,
    revoked_at timestamptz
);
COMMENT ON COLUMN agreements.population IS 'NULL: every population, and accesses without one.';
CREATE UNIQUE INDEX agreements_live ON agreements (sp, population) NULLS NOT DISTINCT WHERE revoked_at IS NULL;
CREATE INDEX agreements_sp ON agreements (sp);

CREATE FUNCTION agreements_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.granted_at := stamp();
        NEW.revoked_at := NULL;
    ELSIF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'An agreement is revoked, not deleted: UPDATE agreements SET revoked_at = now().';
    ELSIF OLD.revoked_at IS NOT NULL OR (NEW.sp, NEW.population) IS DISTINCT FROM (OLD.sp, OLD.population) THEN
        RAISE EXCEPTION 'An agreement can only be revoked, once; grant another by INSERT.';
    ELSE
        NEW.granted_at := OLD.granted_at;
        NEW.revoked_at := CASE WHEN NEW.revoked_at IS NOT NULL THEN stamp() END;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER agreements_stamp BEFORE INSERT OR UPDATE OR DELETE ON agreements
    FOR EACH ROW EXECUTE FUNCTION agreements_stamp();

CREATE FUNCTION announce() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('onapi', TG_TABLE_NAME);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION announce() IS 'Tells every process, at commit, which table has news.';
CREATE TRIGGER providers_announce AFTER INSERT OR UPDATE OR DELETE ON providers
    FOR EACH STATEMENT EXECUTE FUNCTION announce();
-- last_used_at is written by the servers themselves and is no news to them.
CREATE TRIGGER credentials_announce AFTER INSERT OR DELETE OR UPDATE OF secret_hash, revoked_at ON credentials
    FOR EACH STATEMENT EXECUTE FUNCTION announce();
CREATE TRIGGER agreements_announce AFTER INSERT OR UPDATE ON agreements
    FOR EACH STATEMENT EXECUTE FUNCTION announce();

CREATE FUNCTION sees_everything(sp text) RETURNS boolean LANGUAGE sql STABLE
RETURN EXISTS (
    SELECT FROM agreements g
     WHERE g.sp = sees_everything.sp AND g.revoked_at IS NULL AND g.population IS NULL
);

CREATE FUNCTION sees(sp text, population text) RETURNS boolean LANGUAGE sql STABLE
RETURN EXISTS (
    SELECT FROM agreements g
     WHERE g.sp = sees.sp AND g.revoked_at IS NULL AND (g.population IS NULL OR g.population = sees.population)
);
