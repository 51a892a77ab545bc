-- The network as the CO knows it: elements, where each access is connected, and by which names DHCP knows it.
-- Nothing here is an SP's; SPs read of their accesses' identifiers, in subscriptions and by looking them up.

CREATE TABLE elements (
    element     plain_text COLLATE "C" PRIMARY KEY,
    address     plain_text COLLATE "C" NOT NULL,
    driver      plain_text COLLATE "C" NOT NULL DEFAULT 'auto',
    credentials plain_text COLLATE "C" CONSTRAINT credentials_are_elsewhere CHECK (
                    credentials ~ '^(file:/[^[:space:]]+|env:[A-Za-z_][A-Za-z0-9_]*)$'),
    options     jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(options) = 'object'),
    facts       jsonb CHECK (jsonb_typeof(facts) = 'object'),
    probed_at   timestamptz,
    CONSTRAINT facts_have_their_time CHECK ((facts IS NULL) = (probed_at IS NULL))
);
COMMENT ON COLUMN elements.driver IS 'auto: whichever suits what the element says of itself.';
COMMENT ON COLUMN elements.credentials IS
    'Where the secrets are, file:/path or env:NAME; never the secrets. NULL: the element needs none.';
COMMENT ON COLUMN elements.options IS 'The driver''s, text by name.';
COMMENT ON COLUMN elements.facts IS 'What the element said of itself when it was last probed.';

-- Tells that an inserted row's access exists. An access never vanishes, so it is enough to look once; a foreign key
-- would lock, and so write, each access's row.
CREATE FUNCTION accesses_exist() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stranger text := (SELECT n.access_id FROM new_rows n
                       WHERE NOT EXISTS (SELECT FROM accesses a WHERE a.access_id = n.access_id) LIMIT 1);
BEGIN
    IF stranger IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation', MESSAGE = format('There is no access %s.', stranger);
    END IF;
    RETURN NULL;
END
$$;

CREATE TABLE access_ports (
    access_id id_text PRIMARY KEY,
    element   text COLLATE "C" NOT NULL REFERENCES elements,
    port      plain_text COLLATE "C" NOT NULL,
    cpe       text COLLATE "C" REFERENCES elements,
    -- Looked at when a statement ends: accesses may change places in one.
    CONSTRAINT access_ports_place UNIQUE (element, port) DEFERRABLE INITIALLY IMMEDIATE
);
COMMENT ON COLUMN access_ports.port IS 'The element''s own name for it.';
COMMENT ON COLUMN access_ports.cpe IS 'The element at the customer''s end, if the CO manages one.';
CREATE INDEX access_ports_cpe ON access_ports (cpe) WHERE cpe IS NOT NULL;
CREATE TRIGGER access_ports_exist_new AFTER INSERT ON access_ports
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION accesses_exist();
CREATE TRIGGER access_ports_exist AFTER UPDATE ON access_ports
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION accesses_exist();

-- A DHCP identifier as text: as it reads, or its octets in hex after 0x when it does not read.
CREATE DOMAIN identifier_text AS text COLLATE "C"
    CHECK (value <> '' AND length(value) <= 512 AND value !~ '[\x01-\x1f\x7f]');

-- Its octets, by which it is looked up: the same ones whichever way they are written.
CREATE FUNCTION identifier_octets(value text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value LIKE '0x%' AND value ~ '^0x([0-9a-fA-F][0-9a-fA-F])+$' THEN decode(substr(value, 3), 'hex')
            ELSE decode(replace(value, '\', '\\'), 'escape') END;

-- Octets in hex, after how many they are.
CREATE FUNCTION counted_hex(octets bytea) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lpad(to_hex(octet_length(octets)), 2, '0') || encode(octets, 'hex');

-- The relay agent information option of both IPv4 identifiers, whole, in hex; NULL when there is neither.
-- Source: RFC 3046, section 2; ON-API 2.6.0 common/dataformats.md, "option82".
CREATE FUNCTION option82_text(circuit_id text, remote_id text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN upper('52' || counted_hex(decode(nullif(
    coalesce('01' || counted_hex(identifier_octets(circuit_id)), '')
    || coalesce('02' || counted_hex(identifier_octets(remote_id)), ''), ''), 'hex')));

-- The members of a subscription that tell of its access's identifiers, after a comma each.
CREATE FUNCTION identifiers_doc(
    ipv4_circuit_id text, ipv4_remote_id text, ipv6_interface_id text, ipv6_remote_id text
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(',"option82":"' || option82_text(ipv4_circuit_id, ipv4_remote_id) || '"', '')
    || ',"dhcpIdentifier":{' || substr(
           coalesce(',"ipv4CircuitId":' || json_text(ipv4_circuit_id), '')
        || coalesce(',"ipv4RemoteId":' || json_text(ipv4_remote_id), '')
        || coalesce(',"ipv6InterfaceId":' || json_text(ipv6_interface_id), '')
        || coalesce(',"ipv6RemoteId":' || json_text(ipv6_remote_id), ''), 2) || '}';

CREATE TABLE dhcp_identifiers (
    access_id         id_text PRIMARY KEY,
    ipv4_circuit_id   identifier_text,
    ipv4_remote_id    identifier_text,
    ipv6_interface_id identifier_text,
    ipv6_remote_id    identifier_text,
    doc               text NOT NULL GENERATED ALWAYS AS (identifiers_doc(
                          ipv4_circuit_id, ipv4_remote_id, ipv6_interface_id, ipv6_remote_id)) STORED,
    CONSTRAINT there_is_one CHECK (
        num_nonnulls(ipv4_circuit_id, ipv4_remote_id, ipv6_interface_id, ipv6_remote_id) > 0),
    -- An option has at most 255 octets, two of which are each sub-option's code and length.
    CONSTRAINT option82_has_room CHECK (
        octet_length(coalesce(identifier_octets(ipv4_circuit_id), ''))
        + octet_length(coalesce(identifier_octets(ipv4_remote_id), ''))
        + 2 * num_nonnulls(ipv4_circuit_id, ipv4_remote_id) <= 255)
);
-- A circuit or interface is often named within its relay only, a relay has many of them: what is looked up by both must
-- not read all of either.
CREATE INDEX dhcp_identifiers_ipv4_circuit ON dhcp_identifiers (
    identifier_octets(ipv4_circuit_id), identifier_octets(ipv4_remote_id)) WHERE ipv4_circuit_id IS NOT NULL;
CREATE INDEX dhcp_identifiers_ipv4_remote ON dhcp_identifiers (identifier_octets(ipv4_remote_id))
    WHERE ipv4_remote_id IS NOT NULL;
CREATE INDEX dhcp_identifiers_ipv6_interface ON dhcp_identifiers (
    identifier_octets(ipv6_interface_id), identifier_octets(ipv6_remote_id)) WHERE ipv6_interface_id IS NOT NULL;
CREATE INDEX dhcp_identifiers_ipv6_remote ON dhcp_identifiers (identifier_octets(ipv6_remote_id))
    WHERE ipv6_remote_id IS NOT NULL;
CREATE TRIGGER dhcp_identifiers_exist_new AFTER INSERT ON dhcp_identifiers
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION accesses_exist();
CREATE TRIGGER dhcp_identifiers_exist AFTER UPDATE ON dhcp_identifiers
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION accesses_exist();

-- What is told of a subscription changes with its access's identifiers, so the subscription does.
CREATE FUNCTION subscriptions_touch(access_ids text[]) RETURNS void LANGUAGE sql VOLATILE
BEGIN ATOMIC
    UPDATE subscriptions s SET state = s.state
      FROM (SELECT t.subscription_id FROM unnest(subscriptions_touch.access_ids) AS i (access_id)
              JOIN subscriptions t ON t.access_id = i.access_id AND t.state IN ('ACTIVATED', 'SUSPENDED')
             -- In one order, lest two writers wait for each other.
             ORDER BY t.subscription_id FOR NO KEY UPDATE OF t) held
     WHERE s.subscription_id = held.subscription_id;
END;

CREATE FUNCTION identifiers_touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM subscriptions_touch(ARRAY(SELECT n.access_id FROM new_rows n));
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM subscriptions_touch(ARRAY(SELECT o.access_id FROM old_rows o));
    ELSE
        PERFORM subscriptions_touch(ARRAY(
            SELECT COALESCE(n.access_id, o.access_id)
              FROM new_rows n FULL JOIN old_rows o ON o.access_id = n.access_id
             WHERE n.doc IS DISTINCT FROM o.doc));
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER dhcp_identifiers_touch_new AFTER INSERT ON dhcp_identifiers
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION identifiers_touch();
CREATE TRIGGER dhcp_identifiers_touch AFTER UPDATE ON dhcp_identifiers
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION identifiers_touch();
CREATE TRIGGER dhcp_identifiers_touch_gone AFTER DELETE ON dhcp_identifiers
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION identifiers_touch();

-- `identifiers` is the doc of the access's row in dhcp_identifiers, NULL without one. It is joined by whoever asks: a
-- look here for each subscription could not be inlined, and lists would pay for it.
CREATE FUNCTION subscription_doc(s subscriptions, dialect text, identifiers text)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN '{"subscriptionId":"' || s.subscription_id || '","service":' || json_text(s.service)
    || ',"operationalState":"' || s.state || '","connectionDate":"' || date_text(s.connected_at, dialect) || '"'
    || coalesce(',"disconnectionDate":"' || date_text(s.ends_at, dialect) || '"', '')
    || coalesce(',"spReference":' || quoted(s.sp_reference), '')
    || coalesce(',"spSubscriptionId":' || quoted(s.sp_subscription_id), '')
    || coalesce(identifiers, '')
    || coalesce(',"note":' || quoted(s.note), '')
    || coalesce(',"characteristics":' || characteristics_text(s.characteristics, dialect), '')
    || coalesce(',"equipment":' || equipment_text(s.equipment, dialect), '') || '}';

CREATE OR REPLACE FUNCTION subscriptions_for(sp text, dialect text)
RETURNS TABLE (access_id text, doc text) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT s.access_id, '{"accessId":"' || s.access_id || '","subscriptions":['
           || string_agg(subscription_doc(s, subscriptions_for.dialect, d.doc), ',' ORDER BY s.subscription_id) || ']}'
      FROM subscriptions s LEFT JOIN dhcp_identifiers d ON d.access_id = s.access_id
     WHERE s.sp = subscriptions_for.sp AND s.state IN ('ACTIVATED', 'SUSPENDED')
     GROUP BY s.access_id;
END;

CREATE OR REPLACE FUNCTION subscription_changes_for(sp text, dialect text, since timestamptz)
RETURNS TABLE (access_id text, doc text) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT c.access_id, '{"accessId":"' || c.access_id || '","subscriptions":['
           || coalesce((SELECT string_agg(subscription_doc(s, subscription_changes_for.dialect, d.doc), ','
                                          ORDER BY s.subscription_id)
                          FROM subscriptions s LEFT JOIN dhcp_identifiers d ON d.access_id = s.access_id
                         WHERE s.sp = subscription_changes_for.sp AND s.access_id = c.access_id
                           AND s.state IN ('ACTIVATED', 'SUSPENDED')), '') || ']}'
      FROM (SELECT DISTINCT t.access_id FROM subscriptions t
             WHERE t.sp = subscription_changes_for.sp AND t.changed_at >= subscription_changes_for.since) c;
END;

DROP FUNCTION subscription_doc(subscriptions, text);

-- The accesses with all of these identifiers; NULL is any, and all NULL is none. Each case is a statement of its own,
-- with an index and a plan that stays: one statement for all of them takes ten times as long to plan as to run.
CREATE FUNCTION accesses_identified(
    ipv4_circuit bytea, ipv4_remote bytea, ipv6_interface bytea, ipv6_remote bytea
) RETURNS TABLE (access_id text) LANGUAGE plpgsql STABLE ROWS 2 AS $$
BEGIN
    IF ipv4_circuit IS NOT NULL AND ipv4_remote IS NOT NULL THEN
        RETURN QUERY SELECT i.access_id::text FROM dhcp_identifiers i
                      WHERE i.ipv4_circuit_id IS NOT NULL
                        AND identifier_octets(i.ipv4_circuit_id) = ipv4_circuit
                        AND identifier_octets(i.ipv4_remote_id) = ipv4_remote
                        AND (ipv6_interface IS NULL OR identifier_octets(i.ipv6_interface_id) = ipv6_interface)
                        AND (ipv6_remote IS NULL OR identifier_octets(i.ipv6_remote_id) = ipv6_remote);
    ELSIF ipv4_circuit IS NOT NULL THEN
        RETURN QUERY SELECT i.access_id::text FROM dhcp_identifiers i
                      WHERE i.ipv4_circuit_id IS NOT NULL
                        AND identifier_octets(i.ipv4_circuit_id) = ipv4_circuit
                        AND (ipv6_interface IS NULL OR identifier_octets(i.ipv6_interface_id) = ipv6_interface)
                        AND (ipv6_remote IS NULL OR identifier_octets(i.ipv6_remote_id) = ipv6_remote);
    ELSIF ipv4_remote IS NOT NULL THEN
        RETURN QUERY SELECT i.access_id::text FROM dhcp_identifiers i
                      WHERE i.ipv4_remote_id IS NOT NULL
                        AND identifier_octets(i.ipv4_remote_id) = ipv4_remote
                        AND (ipv6_interface IS NULL OR identifier_octets(i.ipv6_interface_id) = ipv6_interface)
                        AND (ipv6_remote IS NULL OR identifier_octets(i.ipv6_remote_id) = ipv6_remote);
    ELSIF ipv6_interface IS NOT NULL AND ipv6_remote IS NOT NULL THEN
        RETURN QUERY SELECT i.access_id::text FROM dhcp_identifiers i
                      WHERE i.ipv6_interface_id IS NOT NULL
                        AND identifier_octets(i.ipv6_interface_id) = ipv6_interface
                        AND identifier_octets(i.ipv6_remote_id) = ipv6_remote;
    ELSIF ipv6_interface IS NOT NULL THEN
        RETURN QUERY SELECT i.access_id::text FROM dhcp_identifiers i
                      WHERE i.ipv6_interface_id IS NOT NULL
                        AND identifier_octets(i.ipv6_interface_id) = ipv6_interface;
    ELSIF ipv6_remote IS NOT NULL THEN
        RETURN QUERY SELECT i.access_id::text FROM dhcp_identifiers i
                      WHERE i.ipv6_remote_id IS NOT NULL
                        AND identifier_octets(i.ipv6_remote_id) = ipv6_remote;
    END IF;
END
$$;

-- Not where the secrets are.
GRANT SELECT ON access_ports, dhcp_identifiers TO onapi_api;
GRANT SELECT (element, address, driver, options, facts, probed_at) ON elements TO onapi_api;
