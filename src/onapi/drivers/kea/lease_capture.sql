-- What Kea does not keep of a lease, kept beside it: since when it has been leased, and an index by the relay's names.
--
-- To be run in Kea's PostgreSQL database, by the role that owns Kea's tables; it may be run again at any time. How:
-- docs/howto/connect-kea.md. Kea serves its customers whatever happens here: a trigger that fails lets the lease be.

BEGIN;

SELECT pg_advisory_xact_lock(hashtext('onapi.lease_capture'));

CREATE SCHEMA IF NOT EXISTS onapi;

-- Rows follow lease4: `started` is when this client first got this address, NULL if that was before this was installed.
CREATE TABLE IF NOT EXISTS onapi.lease4_capture (
    address BIGINT PRIMARY KEY,
    started TIMESTAMPTZ,
    circuit_id BYTEA
);

CREATE INDEX IF NOT EXISTS lease4_capture_by_circuit_id ON onapi.lease4_capture (circuit_id);

-- Rows follow lease6. A lease may have come through several relays, each with its names.
CREATE TABLE IF NOT EXISTS onapi.lease6_capture (
    address TEXT PRIMARY KEY,
    started TIMESTAMPTZ,
    interface_ids BYTEA[] NOT NULL
);

CREATE INDEX IF NOT EXISTS lease6_capture_by_interface_ids ON onapi.lease6_capture USING gin (interface_ids);

-- When a lease was last given: Kea stores when it ends, which is then if it never ends.
CREATE OR REPLACE FUNCTION onapi.given_at(expire TIMESTAMPTZ, valid_lifetime BIGINT) RETURNS TIMESTAMPTZ
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN valid_lifetime >= 4294967295 THEN expire ELSE expire - valid_lifetime * INTERVAL '1 second' END
$$;

-- One option of several in a row, whose codes and lengths have `width` octets each; NULL when it is not there.
CREATE OR REPLACE FUNCTION onapi.option_of(options BYTEA, code INTEGER, width INTEGER) RETURNS BYTEA
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    place INTEGER := 0;
    found INTEGER;
    size INTEGER;
BEGIN
    WHILE place + 2 * width <= length(options) LOOP
        found := get_byte(options, place);
        size := get_byte(options, place + width);
        IF width = 2 THEN
            found := found * 256 + get_byte(options, place + 1);
            size := size * 256 + get_byte(options, place + 3);
        END IF;
        IF found = code THEN
            RETURN substr(options, place + 2 * width + 1, size);
        END IF;
        place := place + 2 * width + size;
    END LOOP;
    RETURN NULL;
END
$$;

-- The sub-options of option 82. Kea 2.2 has them as text, newer ones have an object with the text in it.
CREATE OR REPLACE FUNCTION onapi.relay_agent_info(user_context TEXT) RETURNS BYTEA
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    info JSONB := user_context::JSONB #> '{ISC,relay-agent-info}';
BEGIN
    IF jsonb_typeof(info) = 'object' THEN
        info := info -> 'sub-options';
    END IF;
    RETURN decode(substr(info #>> '{}', 3), 'hex');
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END
$$;

-- Option 18 of each relay. Kea 2.2 calls them "relays", newer ones "relay-info".
CREATE OR REPLACE FUNCTION onapi.interface_ids(user_context TEXT) RETURNS BYTEA[]
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    isc JSONB := user_context::JSONB -> 'ISC';
BEGIN
    RETURN ARRAY(
        SELECT onapi.option_of(decode(substr(relay ->> 'options', 3), 'hex'), 18, 2)
        FROM jsonb_array_elements(COALESCE(isc -> 'relay-info', isc -> 'relays', '[]')) AS relay
    );
EXCEPTION WHEN OTHERS THEN
    RETURN '{}';
END
$$;

CREATE OR REPLACE FUNCTION onapi.capture_lease4() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    info BYTEA;
    begun TIMESTAMPTZ;
    is_another BOOLEAN := TG_OP = 'INSERT';
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM onapi.lease4_capture WHERE address = OLD.address;
        RETURN NULL;
    END IF;
    IF NEW.state <> 0 THEN
        DELETE FROM onapi.lease4_capture WHERE address = NEW.address;
        RETURN NULL;
    END IF;
    info := onapi.relay_agent_info(NEW.user_context);
    begun := onapi.given_at(NEW.expire, NEW.valid_lifetime);
    IF TG_OP = 'UPDATE' THEN
        -- An address that was let go of, or is another client's now, is leased anew.
        is_another := OLD.state <> 0
            OR (OLD.hwaddr, OLD.client_id) IS DISTINCT FROM (NEW.hwaddr, NEW.client_id)
            OR (OLD.valid_lifetime < 4294967295 AND OLD.expire < begun);
    END IF;
    INSERT INTO onapi.lease4_capture AS known (address, started, circuit_id)
    VALUES (NEW.address, CASE WHEN is_another THEN begun END, onapi.option_of(info, 1, 1))
    ON CONFLICT (address) DO UPDATE
    SET started = CASE WHEN is_another THEN EXCLUDED.started ELSE known.started END,
        circuit_id = EXCLUDED.circuit_id;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'onapi could not capture a lease: %', SQLERRM;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION onapi.capture_lease6() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    begun TIMESTAMPTZ;
    is_another BOOLEAN := TG_OP = 'INSERT';
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM onapi.lease6_capture WHERE address = host(OLD.address::INET);
        RETURN NULL;
    END IF;
    IF NEW.state <> 0 THEN
        DELETE FROM onapi.lease6_capture WHERE address = host(NEW.address::INET);
        RETURN NULL;
    END IF;
    begun := onapi.given_at(NEW.expire, NEW.valid_lifetime);
    IF TG_OP = 'UPDATE' THEN
        is_another := OLD.state <> 0
            OR (OLD.duid, OLD.iaid) IS DISTINCT FROM (NEW.duid, NEW.iaid)
            OR (OLD.valid_lifetime < 4294967295 AND OLD.expire < begun);
    END IF;
    INSERT INTO onapi.lease6_capture AS known (address, started, interface_ids)
    VALUES (
        host(NEW.address::INET),
        CASE WHEN is_another THEN begun END,
        onapi.interface_ids(NEW.user_context)
    )
    ON CONFLICT (address) DO UPDATE
    SET started = CASE WHEN is_another THEN EXCLUDED.started ELSE known.started END,
        interface_ids = EXCLUDED.interface_ids;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'onapi could not capture a lease: %', SQLERRM;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER onapi_capture AFTER INSERT OR UPDATE OR DELETE ON lease4
    FOR EACH ROW EXECUTE FUNCTION onapi.capture_lease4();

CREATE OR REPLACE TRIGGER onapi_capture AFTER INSERT OR UPDATE OR DELETE ON lease6
    FOR EACH ROW EXECUTE FUNCTION onapi.capture_lease6();

-- What is leased already is found by its names; since when is not known.
INSERT INTO onapi.lease4_capture (address, started, circuit_id)
SELECT address, NULL, onapi.option_of(info, 1, 1)
FROM lease4, LATERAL onapi.relay_agent_info(user_context) AS info
WHERE state = 0
ON CONFLICT DO NOTHING;

INSERT INTO onapi.lease6_capture (address, started, interface_ids)
SELECT host(address::INET), NULL, onapi.interface_ids(user_context)
FROM lease6
WHERE state = 0
ON CONFLICT DO NOTHING;

COMMIT;
