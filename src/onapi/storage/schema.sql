-- The whole schema, for readers. Made from the migrations by `make schema`; change those instead.
CREATE DOMAIN public.id_text AS text COLLATE pg_catalog."C"
	CONSTRAINT id_text_check CHECK (((VALUE ~ '^[-0-9a-zA-Z.]+$'::text) AND (length(VALUE) <= 36)));

CREATE DOMAIN public.identifier_text AS text COLLATE pg_catalog."C"
	CONSTRAINT identifier_text_check CHECK (((VALUE <> ''::text) AND (length(VALUE) <= 512) AND (VALUE !~ '[\x01-\x1f\x7f]'::text)));

CREATE DOMAIN public.long_text AS text
	CONSTRAINT long_text_check CHECK (((VALUE <> ''::text) AND (length(VALUE) <= 10000)));

CREATE DOMAIN public.plain_text AS text
	CONSTRAINT plain_text_check CHECK (((VALUE <> ''::text) AND (length(VALUE) <= 255) AND ((VALUE COLLATE "C") !~ '[\x01-\x1f\x7f]'::text)));

CREATE DOMAIN public.reference_text AS text
	CONSTRAINT reference_text_check CHECK (((VALUE <> ''::text) AND (length(VALUE) <= 255)));

CREATE FUNCTION public.json_text(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (('"'::text || replace(replace(value, '\'::text, '\\'::text), '"'::text, '\"'::text)) || '"'::text);

CREATE FUNCTION public.access_doc(access_id text, legacy_access_id text, street_name text, street_number text, street_littera text, postal_code text, city text, country_code text, premises_type text, mdu_apartment_number text, mdu_distinguisher text, outlet text, population text, price_group integer, access_state text, national_address_uuid text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (((((((((((((((((((((((((('{"accessId":"'::text || access_id) || COALESCE(('","legacyAccessId":"'::text || legacy_access_id), ''::text)) || '","streetName":'::text) || public.json_text(street_name)) || COALESCE(((',"streetNumber":"'::text || street_number) || '"'::text), ''::text)) || COALESCE((',"streetLittera":'::text || public.json_text(street_littera)), ''::text)) || ',"postalCode":'::text) || public.json_text(postal_code)) || ',"city":'::text) || public.json_text(city)) || ',"countryCode":"'::text) || country_code) || '","premisesType":"'::text) || premises_type) || '"'::text) || COALESCE(((',"mduApartmentNumber":"'::text || mdu_apartment_number) || '"'::text), ''::text)) || COALESCE((',"mduDistinguisher":'::text || public.json_text(mdu_distinguisher)), ''::text)) || COALESCE((',"outlet":'::text || public.json_text(outlet)), ''::text)) || COALESCE((',"population":'::text || public.json_text(population)), ''::text)) || ',"priceGroup":'::text) || (price_group)::text) || ',"accessState":"'::text) || access_state) || '"'::text) || COALESCE((',"nationalAddressUUID":'::text || public.json_text(national_address_uuid)), ''::text)) || '}'::text);

CREATE TABLE public.agreements (
    sp text NOT NULL COLLATE pg_catalog."C",
    population text,
    granted_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT agreements_population_check CHECK ((population <> ''::text))
);

COMMENT ON COLUMN public.agreements.population IS 'NULL: every population, and accesses without one.';

CREATE FUNCTION public.sees(sp text, population text) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (EXISTS (SELECT FROM public.agreements g WHERE ((g.sp = sees.sp) AND (g.revoked_at IS NULL) AND ((g.population IS NULL) OR (g.population = sees.population)))));

CREATE TABLE public.access_departures (
    population text NOT NULL,
    access_id public.id_text NOT NULL,
    departed_at timestamp with time zone NOT NULL,
    doc text NOT NULL
);

CREATE TABLE public.accesses (
    access_id public.id_text NOT NULL,
    legacy_access_id public.id_text,
    street_name public.plain_text NOT NULL,
    street_number text COLLATE pg_catalog."C",
    street_littera public.plain_text,
    postal_code public.plain_text NOT NULL COLLATE pg_catalog."C",
    city public.plain_text NOT NULL,
    country_code text NOT NULL COLLATE pg_catalog."C",
    premises_type text NOT NULL,
    mdu_apartment_number text COLLATE pg_catalog."C",
    mdu_distinguisher public.plain_text,
    outlet public.plain_text,
    population public.plain_text,
    price_group integer DEFAULT 0 NOT NULL,
    access_state text NOT NULL,
    national_address_uuid public.plain_text,
    changed_at timestamp with time zone NOT NULL,
    doc text GENERATED ALWAYS AS (public.access_doc((access_id)::text, (legacy_access_id)::text, (street_name)::text, street_number, (street_littera)::text, (postal_code)::text, (city)::text, country_code, premises_type, mdu_apartment_number, (mdu_distinguisher)::text, (outlet)::text, (population)::text, price_group, access_state, (national_address_uuid)::text)) STORED NOT NULL,
    created_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT accesses_access_state_check CHECK ((access_state = ANY (ARRAY['PLANNED'::text, 'DEPLOYING'::text, 'HOMESPASSED'::text, 'CONNECTED'::text, 'DISCONNECTED'::text, 'INMIGRATION'::text, 'OUTMIGRATION'::text]))),
    CONSTRAINT accesses_country_code_check CHECK ((country_code ~ '^[A-Z][A-Z]$'::text)),
    CONSTRAINT accesses_mdu_apartment_number_check CHECK ((mdu_apartment_number ~ '^[0-9][0-9][0-9][0-9]$'::text)),
    CONSTRAINT accesses_premises_type_check CHECK ((premises_type = ANY (ARRAY['COMMERCIAL'::text, 'MDU_APARTMENT'::text, 'MDU_COMMON'::text, 'MDU_TECHNICAL'::text, 'PUBLIC'::text, 'RESIDENTIAL_HOUSE'::text, 'UNKNOWN'::text]))),
    CONSTRAINT accesses_price_group_check CHECK ((price_group >= 0)),
    CONSTRAINT accesses_street_number_check CHECK (((street_number ~ '^[0-9]+(-[0-9]+)?$'::text) AND (length(street_number) <= 255) AND ((strpos(street_number, '-'::text) = ANY (ARRAY[0, 2, 3, 4, 5])) AND ((strpos(street_number, '-'::text) = 0) OR (length(split_part(street_number, '-'::text, 2)) <= 4))))),
    CONSTRAINT apartment_is_told_apart CHECK (((premises_type <> 'MDU_APARTMENT'::text) OR (mdu_apartment_number IS NOT NULL) OR (mdu_distinguisher IS NOT NULL))),
    CONSTRAINT postal_code_in_sweden CHECK (((country_code <> 'SE'::text) OR ((postal_code)::text ~ '^[1-9][0-9][0-9][0-9][0-9]$'::text)))
);

COMMENT ON COLUMN public.accesses.created_at IS 'An agreement that is older than the access did not bring it into view.';

CREATE FUNCTION public.access_changes_for(sp text, since timestamp with time zone) RETURNS TABLE(access_id text, doc text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT a.access_id,
     a.doc
    FROM public.accesses a
   WHERE ((a.changed_at >= access_changes_for.since) AND public.sees(access_changes_for.sp, (a.population)::text))
 UNION ALL
  SELECT a.access_id,
     a.doc
    FROM public.accesses a
   WHERE ((EXISTS ( SELECT
            FROM public.agreements g
           WHERE ((g.sp = access_changes_for.sp) AND (g.granted_at >= access_changes_for.since)))) AND (a.changed_at < access_changes_for.since) AND (EXISTS ( SELECT
            FROM public.agreements g
           WHERE ((g.sp = access_changes_for.sp) AND (g.granted_at >= access_changes_for.since) AND (g.revoked_at IS NULL) AND ((g.population IS NULL) OR (g.population = (a.population)::text))))))
 UNION ALL
  SELECT d.access_id,
     (array_agg(d.doc ORDER BY d.departed_at DESC))[1] AS array_agg
    FROM (public.access_departures d
      JOIN public.accesses a USING (access_id))
   WHERE ((d.departed_at >= access_changes_for.since) AND (NOT public.sees(access_changes_for.sp, (a.population)::text)) AND (EXISTS ( SELECT
            FROM public.agreements g
           WHERE ((g.sp = access_changes_for.sp) AND ((g.population IS NULL) OR (g.population = d.population)) AND ((g.revoked_at IS NULL) OR (g.revoked_at >= access_changes_for.since))))))
   GROUP BY d.access_id
 UNION ALL
  SELECT a.access_id,
     public.access_doc((a.access_id)::text, (a.legacy_access_id)::text, (a.street_name)::text, a.street_number, (a.street_littera)::text, (a.postal_code)::text, (a.city)::text, a.country_code, a.premises_type, a.mdu_apartment_number, (a.mdu_distinguisher)::text, (a.outlet)::text, (a.population)::text, a.price_group, 'DISCONNECTED'::text, (a.national_address_uuid)::text) AS access_doc
    FROM public.accesses a
   WHERE ((EXISTS ( SELECT
            FROM public.agreements g
           WHERE ((g.sp = access_changes_for.sp) AND (g.revoked_at >= access_changes_for.since)))) AND (EXISTS ( SELECT
            FROM public.agreements g
           WHERE ((g.sp = access_changes_for.sp) AND (g.revoked_at >= access_changes_for.since) AND ((g.population IS NULL) OR (g.population = (a.population)::text))))) AND (NOT public.sees(access_changes_for.sp, (a.population)::text)));
END;

CREATE FUNCTION public.accesses_depart() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO access_departures AS d (population, access_id, departed_at, doc)
    VALUES (OLD.population, OLD.access_id, NEW.changed_at, access_doc(
        OLD.access_id, OLD.legacy_access_id, OLD.street_name, OLD.street_number, OLD.street_littera,
        OLD.postal_code, OLD.city, OLD.country_code, OLD.premises_type, OLD.mdu_apartment_number,
        OLD.mdu_distinguisher, OLD.outlet, OLD.population, OLD.price_group, 'DISCONNECTED',
        OLD.national_address_uuid))
    ON CONFLICT (population, access_id) DO UPDATE SET departed_at = EXCLUDED.departed_at, doc = EXCLUDED.doc;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.accesses_exist() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.sees_everything(sp text) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (EXISTS (SELECT FROM public.agreements g WHERE ((g.sp = sees_everything.sp) AND (g.revoked_at IS NULL) AND (g.population IS NULL))));

CREATE FUNCTION public.accesses_for(sp text) RETURNS TABLE(access_id text, doc text, population text, access_state text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT a.access_id,
     a.doc,
     a.population,
     a.access_state
    FROM public.accesses a
   WHERE (( SELECT public.sees_everything(accesses_for.sp) AS sees_everything) OR ((a.population)::text = ANY (ARRAY( SELECT g.population
            FROM public.agreements g
           WHERE ((g.sp = accesses_for.sp) AND (g.revoked_at IS NULL))))));
END;

COMMENT ON FUNCTION public.accesses_for(sp text) IS 'Every access that the SP sees now; one plain scan.';

CREATE FUNCTION public.accesses_identified(ipv4_circuit bytea, ipv4_remote bytea, ipv6_interface bytea, ipv6_remote bytea) RETURNS TABLE(access_id text)
    LANGUAGE plpgsql STABLE ROWS 2
    AS $$
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

CREATE FUNCTION public.accesses_journal() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO journal (tx, at, type, object_type, object_id, population)
        SELECT journal_tx(), n.changed_at, 'CREATE', 'accesses', n.access_id, n.population FROM new_rows n;
    ELSE
        INSERT INTO journal (tx, at, type, object_type, object_id, was, population)
        SELECT journal_tx(), n.changed_at, 'UPDATE', 'accesses', n.access_id, o.population, n.population
          FROM new_rows n JOIN old_rows o USING (access_id);
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.accesses_past() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO access_pasts (
           access_id, until, street_name, street_number, street_littera, postal_code, city, country_code,
           mdu_apartment_number, mdu_distinguisher, outlet, population, premises_type, price_group)
    VALUES (OLD.access_id, NEW.changed_at, OLD.street_name, OLD.street_number, OLD.street_littera, OLD.postal_code,
            OLD.city, OLD.country_code, OLD.mdu_apartment_number, OLD.mdu_distinguisher, OLD.outlet, OLD.population,
            OLD.premises_type, OLD.price_group);
    RETURN NULL;
END
$$;

CREATE FUNCTION public.accesses_stamp() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND NEW.access_id <> OLD.access_id) THEN
        RAISE EXCEPTION 'An access never vanishes: UPDATE accesses SET access_state = ''DISCONNECTED''.';
    END IF;
    NEW.changed_at := stamp();
    NEW.created_at := CASE WHEN TG_OP = 'INSERT' THEN NEW.changed_at ELSE OLD.created_at END;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.agreements_stamp() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.announce() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_notify('onapi', TG_TABLE_NAME);
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION public.announce() IS 'Tells every process, at commit, which table has news.';

CREATE FUNCTION public.callers() RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN string_to_array(current_setting('onapi.sp'::text, true), ' '::text);

CREATE FUNCTION public.catalogue_stamp() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'What was sold stays in the catalogue: UPDATE services SET withdrawn = true.';
    END IF;
    NEW.changed_at := stamp();
    RETURN NEW;
END
$$;

CREATE FUNCTION public.characteristics_text(characteristics json, dialect text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN (dialect = 'standard'::text) THEN replace((characteristics)::text, '"sla":'::text, '"SLA":'::text) ELSE (characteristics)::text END;

CREATE FUNCTION public.moment_text(moment timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN replace(to_char((moment AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'::text), '.000Z'::text, 'Z'::text);

CREATE TABLE public.orders (
    order_id public.id_text NOT NULL,
    "position" bigint NOT NULL,
    sp text NOT NULL COLLATE pg_catalog."C",
    access_id public.id_text NOT NULL,
    service text NOT NULL COLLATE pg_catalog."C",
    service_type text NOT NULL COLLATE pg_catalog."C",
    claim text NOT NULL COLLATE pg_catalog."C",
    operation text NOT NULL,
    subscription_id public.id_text NOT NULL,
    state text DEFAULT 'RECEIVED'::text NOT NULL,
    requested_at timestamp with time zone,
    expected_at timestamp with time zone NOT NULL,
    sp_reference public.reference_text,
    sp_subscription_id public.reference_text,
    external_note public.reference_text,
    characteristics json,
    equipment json,
    forced_takeover boolean DEFAULT false NOT NULL,
    wish text NOT NULL,
    message text DEFAULT ''::text NOT NULL,
    code text,
    received_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    finished_at timestamp with time zone,
    plan text[] NOT NULL,
    step integer DEFAULT 0 NOT NULL,
    undoing boolean DEFAULT false NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    trouble text,
    abandoned public.reference_text,
    due_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    lease uuid,
    leased_until timestamp with time zone,
    told_by bigint NOT NULL,
    wanted_on public.id_text GENERATED ALWAYS AS (
CASE
    WHEN ((operation = 'ACTIVATE'::text) AND (state = ANY (ARRAY['RECEIVED'::text, 'IN_PROGRESS'::text]))) THEN (access_id)::text
    ELSE NULL::text
END) STORED,
    works_on public.id_text GENERATED ALWAYS AS (
CASE
    WHEN (state = ANY (ARRAY['RECEIVED'::text, 'IN_PROGRESS'::text])) THEN (subscription_id)::text
    ELSE NULL::text
END) STORED,
    told text,
    CONSTRAINT orders_characteristics_check CHECK ((json_typeof(characteristics) = 'object'::text)),
    CONSTRAINT orders_equipment_check CHECK ((json_typeof(equipment) = 'array'::text)),
    CONSTRAINT orders_message_check CHECK ((length(message) <= 255)),
    CONSTRAINT orders_operation_check CHECK ((operation = ANY (ARRAY['ACTIVATE'::text, 'DEACTIVATE'::text, 'SUSPEND'::text, 'RESUME'::text, 'MODIFY'::text, 'CHANGE'::text]))),
    CONSTRAINT orders_plan_check CHECK ((cardinality(plan) > 0)),
    CONSTRAINT orders_state_check CHECK ((state = ANY (ARRAY['RECEIVED'::text, 'IN_PROGRESS'::text, 'DONE_SUCCESS'::text, 'DONE_FAILED'::text, 'CANCELLED'::text])))
);

COMMENT ON COLUMN public.orders.claim IS 'As the subscription has it, or will have it.';

COMMENT ON COLUMN public.orders.subscription_id IS 'Of an ACTIVATE: the name of the subscription that it will make.';

COMMENT ON COLUMN public.orders.wish IS 'Fingerprint of what the SP asked for: the same request again finds this order.';

COMMENT ON COLUMN public.orders.plan IS 'The steps, by name, as they were when the order was accepted.';

COMMENT ON COLUMN public.orders.step IS 'How many steps of the plan are finished.';

COMMENT ON COLUMN public.orders.undoing IS 'Whether the finished steps are being taken back.';

COMMENT ON COLUMN public.orders.tries IS 'How often the present step has failed.';

COMMENT ON COLUMN public.orders.trouble IS 'Why it failed the last time.';

COMMENT ON COLUMN public.orders.abandoned IS 'Why the operator gave the order up; it is being taken back.';

COMMENT ON COLUMN public.orders.due_at IS 'When it may be worked on; infinity: stuck, until the operator decides.';

COMMENT ON COLUMN public.orders.lease IS 'The worker that has it, until `leased_until`.';

COMMENT ON COLUMN public.orders.told_by IS 'The journal position of the last change of state.';

COMMENT ON COLUMN public.orders.wanted_on IS 'Of an unfinished ACTIVATE: its access.';

COMMENT ON COLUMN public.orders.works_on IS 'Of an unfinished order: its subscription.';

CREATE TABLE public.subscriptions (
    subscription_id public.id_text NOT NULL,
    sp text NOT NULL COLLATE pg_catalog."C",
    access_id public.id_text NOT NULL,
    service text NOT NULL COLLATE pg_catalog."C",
    service_type text NOT NULL COLLATE pg_catalog."C",
    claim text NOT NULL COLLATE pg_catalog."C",
    state text NOT NULL,
    connected_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone,
    ended_at timestamp with time zone,
    sp_reference public.reference_text,
    sp_subscription_id public.reference_text,
    note public.reference_text,
    characteristics json,
    equipment json,
    down_kbps integer,
    up_kbps integer,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT ended_when CHECK (((state = 'ENDED'::text) = (ended_at IS NOT NULL))),
    CONSTRAINT subscriptions_characteristics_check CHECK ((json_typeof(characteristics) = 'object'::text)),
    CONSTRAINT subscriptions_equipment_check CHECK ((json_typeof(equipment) = 'array'::text)),
    CONSTRAINT subscriptions_state_check CHECK ((state = ANY (ARRAY['ACTIVATED'::text, 'SUSPENDED'::text, 'ENDED'::text])))
);

COMMENT ON COLUMN public.subscriptions.claim IS 'Empty for an exclusive type, so that there is one on an access; else the SP and its spSubscriptionId.';

COMMENT ON COLUMN public.subscriptions.ends_at IS 'When an unfinished, dated DEACTIVATE will end it.';

COMMENT ON COLUMN public.subscriptions.down_kbps IS 'What the network was made to deliver; the catalogue may have changed since.';

CREATE VIEW public.claims AS
 SELECT s.access_id,
    s.service_type,
    s.claim,
    s.sp,
    false AS wanted,
    s.ends_at
   FROM public.subscriptions s
  WHERE (s.state = ANY (ARRAY['ACTIVATED'::text, 'SUSPENDED'::text]))
UNION ALL
 SELECT o.wanted_on AS access_id,
    o.service_type,
    o.claim,
    o.sp,
    true AS wanted,
    NULL::timestamp with time zone AS ends_at
   FROM public.orders o
  WHERE (o.wanted_on IS NOT NULL);

CREATE FUNCTION public.claim_line(c public.claims) RETURNS text
    LANGUAGE sql STABLE
    RETURN (((c).service_type || CASE WHEN (c).wanted THEN '	P	'::text ELSE '	L	'::text END) || COALESCE(public.moment_text((c).ends_at), ''::text));

CREATE FUNCTION public.counted_hex(octets bytea) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (lpad(to_hex(octet_length(octets)), 2, '0'::text) || encode(octets, 'hex'::text));

CREATE FUNCTION public.date_text(moment timestamp with time zone, dialect text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN (dialect = 'standard'::text) THEN to_char((moment AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD'::text) ELSE public.moment_text(moment) END;

CREATE TABLE public.elements (
    element public.plain_text NOT NULL COLLATE pg_catalog."C",
    address public.plain_text NOT NULL COLLATE pg_catalog."C",
    driver public.plain_text DEFAULT 'auto'::text NOT NULL COLLATE pg_catalog."C",
    credentials public.plain_text COLLATE pg_catalog."C",
    options jsonb DEFAULT '{}'::jsonb NOT NULL,
    facts jsonb,
    probed_at timestamp with time zone,
    CONSTRAINT credentials_are_elsewhere CHECK (((credentials)::text ~ '^(file:/[^[:space:]]+|env:[A-Za-z_][A-Za-z0-9_]*)$'::text)),
    CONSTRAINT elements_facts_check CHECK ((jsonb_typeof(facts) = 'object'::text)),
    CONSTRAINT elements_options_check CHECK ((jsonb_typeof(options) = 'object'::text)),
    CONSTRAINT facts_have_their_time CHECK (((facts IS NULL) = (probed_at IS NULL)))
);

COMMENT ON COLUMN public.elements.driver IS 'auto: whichever suits what the element says of itself.';

COMMENT ON COLUMN public.elements.credentials IS 'Where the secrets are, file:/path or env:NAME; never the secrets. NULL: the element needs none.';

COMMENT ON COLUMN public.elements.options IS 'The driver''s, text by name.';

COMMENT ON COLUMN public.elements.facts IS 'What the element said of itself when it was last probed.';

CREATE FUNCTION public.element_doc(e public.elements) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN ((e).element IS NOT NULL) THEN (json_build_object('element', (e).element, 'address', (e).address, 'driver', (e).driver, 'credentials', (e).credentials, 'options', (e).options))::text ELSE NULL::text END;

CREATE FUNCTION public.elements_sampled() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO samplings (element) SELECT n.element FROM new_rows n;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.equipment_text(equipment json, dialect text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN ((dialect = 'bitvis'::text) AND (json_array_length(equipment) = 1)) THEN ((equipment -> 0))::text ELSE (equipment)::text END;

CREATE FUNCTION public.event_doc(type text, object_type text, object_id text, access_id text, at timestamp with time zone, mount text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ((((((((('{"type":"'::text || type) || '","objectType":"'::text) || object_type) || '","objectId":"'::text) || object_id) || CASE WHEN (type = 'DELETE'::text) THEN ''::text ELSE ((((('","path":"'::text || mount) || '/'::text) || object_type) || '/'::text) || CASE WHEN (object_type = 'subscriptions'::text) THEN access_id ELSE object_id END) END) || '","time":"'::text) || public.moment_text(at)) || '"}'::text);

CREATE FUNCTION public.saw(sp text, population text, at timestamp with time zone) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (EXISTS (SELECT FROM public.agreements g WHERE ((g.sp = saw.sp) AND ((g.population IS NULL) OR (g.population = saw.population)) AND (g.granted_at <= saw.at) AND ((g.revoked_at IS NULL) OR (g.revoked_at > saw.at)))));

CREATE TABLE public.journal (
    tx bigint NOT NULL,
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    type text NOT NULL,
    object_type text NOT NULL,
    object_id text NOT NULL COLLATE pg_catalog."C",
    sp text COLLATE pg_catalog."C",
    was text,
    population text,
    access_id text COLLATE pg_catalog."C",
    service text,
    operation text,
    state text,
    message text,
    code text,
    CONSTRAINT journal_check CHECK (((sp IS NULL) = (object_type = 'accesses'::text))),
    CONSTRAINT journal_object_type_check CHECK ((object_type = ANY (ARRAY['accesses'::text, 'orders'::text, 'subscriptions'::text, 'tickets'::text]))),
    CONSTRAINT journal_type_check CHECK ((type = ANY (ARRAY['CREATE'::text, 'UPDATE'::text, 'DELETE'::text])))
);

COMMENT ON COLUMN public.journal.sp IS 'Whose object it is; NULL: an access, which SPs see by their agreements.';

COMMENT ON COLUMN public.journal.was IS 'Of an access: the population before; `population` is the one after.';

COMMENT ON COLUMN public.journal.state IS 'The state that an order came into; NULL when its state did not change.';

CREATE FUNCTION public.events_for(sp text, since timestamp with time zone, until timestamp with time zone) RETURNS TABLE(at timestamp with time zone, seq bigint, type text, object_type text, object_id text, access_id text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT j.at,
     j.seq,
     j.type,
     j.object_type,
     j.object_id,
     j.access_id
    FROM public.journal j
   WHERE ((j.sp = events_for.sp) AND (j.at >= events_for.since) AND (j.at < events_for.until))
 UNION ALL
  SELECT e.at,
     e.seq,
         CASE
             WHEN (e.sees AND e.saw AND (e.type = 'UPDATE'::text)) THEN 'UPDATE'::text
             WHEN e.sees THEN 'CREATE'::text
             ELSE 'DELETE'::text
         END AS "case",
     'accesses'::text,
     e.object_id,
     e.object_id
    FROM ( SELECT j.at,
             j.seq,
             j.type,
             j.object_id,
             ((j.type = 'UPDATE'::text) AND public.saw(events_for.sp, j.was, j.at)) AS saw,
             public.saw(events_for.sp, j.population, j.at) AS sees
            FROM public.journal j
           WHERE ((j.sp IS NULL) AND (j.at >= events_for.since) AND (j.at < events_for.until))) e
   WHERE (e.saw OR e.sees)
 UNION ALL
  SELECT g.granted_at,
     0,
     'CREATE'::text,
     'accesses'::text,
     a.access_id,
     a.access_id
    FROM (public.agreements g
      JOIN public.accesses a ON (((g.population IS NULL) OR (g.population = (a.population)::text))))
   WHERE ((g.sp = events_for.sp) AND (g.granted_at >= events_for.since) AND (g.granted_at < events_for.until) AND (NOT public.saw(events_for.sp, (a.population)::text, (g.granted_at - '00:00:00.000001'::interval))) AND (a.created_at <= g.granted_at))
 UNION ALL
  SELECT g.revoked_at,
     0,
     'DELETE'::text,
     'accesses'::text,
     a.access_id,
     a.access_id
    FROM (public.agreements g
      JOIN public.accesses a ON (((g.population IS NULL) OR (g.population = (a.population)::text))))
   WHERE ((g.sp = events_for.sp) AND (g.revoked_at >= events_for.since) AND (g.revoked_at < events_for.until) AND (NOT public.saw(events_for.sp, (a.population)::text, g.revoked_at)));
END;

CREATE FUNCTION public.horizon() RETURNS timestamp with time zone
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    RETURN LEAST(statement_timestamp(), (SELECT min(COALESCE(pg_stat_activity.xact_start, pg_stat_activity.backend_start, '-infinity'::timestamp with time zone)) AS min FROM pg_stat_activity WHERE ((pg_stat_activity.datname = current_database()) AND (pg_stat_activity.backend_xid IS NOT NULL))), (SELECT min(pg_prepared_xacts.prepared) AS min FROM pg_prepared_xacts WHERE (pg_prepared_xacts.database = current_database())));

CREATE FUNCTION public.identifier_octets(value text) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN ((value ~~ '0x%'::text) AND (value ~ '^0x([0-9a-fA-F][0-9a-fA-F])+$'::text)) THEN decode(substr(value, 3), 'hex'::text) ELSE decode(replace(value, '\'::text, '\\'::text), 'escape'::text) END;

CREATE FUNCTION public.option82_text(circuit_id text, remote_id text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN upper(('52'::text || public.counted_hex(decode(NULLIF((COALESCE(('01'::text || public.counted_hex(public.identifier_octets(circuit_id))), ''::text) || COALESCE(('02'::text || public.counted_hex(public.identifier_octets(remote_id))), ''::text)), ''::text), 'hex'::text))));

CREATE FUNCTION public.identifiers_doc(ipv4_circuit_id text, ipv4_remote_id text, ipv6_interface_id text, ipv6_remote_id text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (((COALESCE(((',"option82":"'::text || public.option82_text(ipv4_circuit_id, ipv4_remote_id)) || '"'::text), ''::text) || ',"dhcpIdentifier":{'::text) || substr((((COALESCE((',"ipv4CircuitId":'::text || public.json_text(ipv4_circuit_id)), ''::text) || COALESCE((',"ipv4RemoteId":'::text || public.json_text(ipv4_remote_id)), ''::text)) || COALESCE((',"ipv6InterfaceId":'::text || public.json_text(ipv6_interface_id)), ''::text)) || COALESCE((',"ipv6RemoteId":'::text || public.json_text(ipv6_remote_id)), ''::text)), 2)) || '}'::text);

CREATE FUNCTION public.identifiers_touch() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.invoice_entries_stamp() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.created_at := stamp();
        NEW.withdrawn_at := NULL;
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL THEN
        OLD.withdrawn_at := stamp();
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'An entry is withdrawn, not changed or deleted: UPDATE invoice_entries SET withdrawn_at = now().';
END
$$;

CREATE FUNCTION public.invoice_period_is_open(wanted text) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
DECLARE
    locked timestamptz;
BEGIN
    SELECT p.locked_at INTO locked FROM invoice_periods p WHERE p.period = wanted FOR SHARE;
    RETURN locked IS NULL;
END
$$;

CREATE FUNCTION public.invoice_periods_stay() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'What was invoiced stays.';
    ELSIF OLD.locked_at IS NOT NULL THEN
        RAISE EXCEPTION 'Period % is locked and does not change.', OLD.period;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSIF NEW.period <> OLD.period THEN
        RAISE EXCEPTION 'A period keeps its name.';
    END IF;
    NEW.locked_at := CASE WHEN NEW.locked_at IS NOT NULL THEN stamp() END;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.invoice_rows_stay() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    locked text;
BEGIN
    IF TG_OP IN ('UPDATE', 'TRUNCATE') THEN
        RAISE EXCEPTION 'An invoiced row does not change; compile its month again.';
    END IF;
    SELECT s.period INTO locked
      FROM (SELECT DISTINCT m.run, m.sp FROM moved m) d
      JOIN invoice_specifications s ON (s.run, s.sp) = (d.run, d.sp)
     WHERE NOT invoice_period_is_open(s.period) LIMIT 1;
    IF locked IS NOT NULL THEN
        RAISE EXCEPTION 'Period % is locked and does not change.', locked;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.invoiced_access(access_id text, street_name text, street_number text, street_littera text, postal_code text, city text, country_code text, mdu_apartment_number text, mdu_distinguisher text, outlet text, population text, premises_type text, price_group integer) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((((((((((((((((((((('{"accessId":"'::text || access_id) || '","streetName":'::text) || public.json_text(street_name)) || COALESCE(((',"streetNumber":"'::text || street_number) || '"'::text), ''::text)) || COALESCE((',"streetLittera":'::text || public.json_text(street_littera)), ''::text)) || ',"postalCode":'::text) || public.json_text(postal_code)) || ',"city":'::text) || public.json_text(city)) || ',"countryCode":"'::text) || country_code) || '"'::text) || COALESCE(((',"mduApartmentNumber":"'::text || mdu_apartment_number) || '"'::text), ''::text)) || COALESCE((',"mduDistinguisher":'::text || public.json_text(mdu_distinguisher)), ''::text)) || COALESCE((',"outlet":'::text || public.json_text(outlet)), ''::text)) || COALESCE((',"population":'::text || public.json_text(population)), ''::text)) || ',"premisesType":"'::text) || premises_type) || '","priceGroup":'::text) || (price_group)::text) || '}'::text);

CREATE TABLE public.facts (
    name text NOT NULL,
    value text NOT NULL
);

COMMENT ON TABLE public.facts IS 'The few single values that all processes share, such as the key of cursors.';

CREATE FUNCTION public.journal_shift() RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE((SELECT (f.value)::bigint AS value FROM public.facts f WHERE (f.name = 'journal_shift'::text)), (0)::bigint);

CREATE FUNCTION public.journal_end() RETURNS bigint
    LANGUAGE sql STABLE
    RETURN (((pg_snapshot_xmin(pg_current_snapshot()))::text)::bigint + public.journal_shift());

CREATE FUNCTION public.journal_is_immutable() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'The journal does not change.';
END
$$;

CREATE FUNCTION public.journal_tx() RETURNS bigint
    LANGUAGE sql
    RETURN (((pg_current_xact_id())::text)::bigint + public.journal_shift());

CREATE TABLE public.service_types (
    service_type public.plain_text NOT NULL COLLATE pg_catalog."C",
    exclusive boolean NOT NULL,
    tech text NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT service_types_tech_check CHECK ((tech = ANY (ARRAY['bb'::text, 'iptv'::text, 'voip'::text, 'unknown'::text])))
);

COMMENT ON COLUMN public.service_types.exclusive IS 'At most one subscription of the type on an access, whoever sells it.';

COMMENT ON COLUMN public.service_types.tech IS 'The serviceType of technical information.';

CREATE FUNCTION public.kinds_of_others(sp text, access_id text) RETURNS text[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    RETURN ARRAY(SELECT DISTINCT t.tech FROM (public.subscriptions s JOIN public.service_types t ON (((t.service_type)::text = s.service_type))) WHERE (((s.access_id)::text = kinds_of_others.access_id) AND (s.sp <> kinds_of_others.sp) AND (s.state = ANY (ARRAY['ACTIVATED'::text, 'SUSPENDED'::text]))) ORDER BY t.tech);

CREATE FUNCTION public.locked_periods_stay() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'What was invoiced stays.';
    ELSIF TG_OP <> 'INSERT' AND NOT invoice_period_is_open(OLD.period) THEN
        RAISE EXCEPTION 'Period % is locked and does not change.', OLD.period;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSIF NOT invoice_period_is_open(NEW.period) THEN
        RAISE EXCEPTION 'Period % is locked and does not change.', NEW.period;
    END IF;
    RETURN NEW;
END
$$;

CREATE TABLE public.providers (
    sp text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    dialect text DEFAULT 'bitvis'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    technical text DEFAULT 'own'::text NOT NULL,
    CONSTRAINT providers_dialect_check CHECK ((dialect = ANY (ARRAY['bitvis'::text, 'standard'::text]))),
    CONSTRAINT providers_name_check CHECK (((name <> ''::text) AND (length(name) <= 255))),
    CONSTRAINT providers_sp_check CHECK (((sp ~ '^[-0-9a-zA-Z.]+$'::text) AND (length(sp) <= 36))),
    CONSTRAINT providers_technical_check CHECK ((technical = ANY (ARRAY['own'::text, 'all'::text])))
);

COMMENT ON COLUMN public.providers.technical IS 'own: of accesses where it delivers, and of its own kinds of service; all: of whatever it sees.';

CREATE TABLE public.tickets (
    ticket_id public.id_text NOT NULL,
    sp text NOT NULL COLLATE pg_catalog."C",
    access_id public.id_text NOT NULL,
    subscription_id public.id_text,
    opened_by text NOT NULL,
    created_by public.reference_text NOT NULL,
    heading public.reference_text NOT NULL,
    description public.long_text NOT NULL,
    problem_type text NOT NULL,
    sp_reference public.reference_text,
    sp_ticket_reference public.reference_text,
    ip public.reference_text,
    mac public.reference_text,
    link boolean,
    status text NOT NULL,
    responsible text NOT NULL,
    entries integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT tickets_opened_by_check CHECK ((opened_by = ANY (ARRAY['SP'::text, 'CO'::text]))),
    CONSTRAINT tickets_problem_type_check CHECK ((problem_type = ANY (ARRAY['NO_LINK'::text, 'NO_ACCESS'::text, 'QUALITY'::text, 'OTHER'::text]))),
    CONSTRAINT tickets_responsible_check CHECK ((responsible = ANY (ARRAY['SP'::text, 'CO'::text]))),
    CONSTRAINT tickets_status_check CHECK ((status = ANY (ARRAY['CREATED'::text, 'IN_PROGRESS_CO'::text, 'IN_PROGRESS_SP'::text, 'CLOSED'::text])))
);

COMMENT ON COLUMN public.tickets.ticket_id IS 'The standard''s coTicketReference.';

COMMENT ON COLUMN public.tickets.responsible IS 'Whose turn it is; when it is closed, whose trouble it was.';

COMMENT ON COLUMN public.tickets.entries IS 'How many there are, which is the version that ETag tells.';

CREATE FUNCTION public.may_see_technically(sp text, access_id text) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN ((EXISTS (SELECT FROM public.subscriptions s WHERE ((s.sp = may_see_technically.sp) AND ((s.access_id)::text = may_see_technically.access_id) AND (s.state = ANY (ARRAY['ACTIVATED'::text, 'SUSPENDED'::text]))))) OR (EXISTS (SELECT FROM (public.providers p JOIN public.accesses a ON (((a.access_id)::text = may_see_technically.access_id))) WHERE ((p.sp = may_see_technically.sp) AND public.sees(p.sp, (a.population)::text) AND ((p.technical = 'all'::text) OR (EXISTS (SELECT FROM public.tickets t WHERE ((t.sp = p.sp) AND ((t.access_id)::text = (a.access_id)::text) AND (t.status <> 'CLOSED'::text)))))))));

CREATE FUNCTION public.quoted(value text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (to_json(value))::text;

CREATE FUNCTION public.order_doc(o public.orders, mount text, dialect text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ((((((((((((((((((((((((((((((('{"path":"'::text || mount) || '/orders/'::text) || ((o).order_id)::text) || '","orderId":"'::text) || ((o).order_id)::text) || '","accessId":"'::text) || ((o).access_id)::text) || '","service":'::text) || public.json_text((o).service)) || ',"operation":"'::text) || (o).operation) || '"'::text) || COALESCE(((',"requestedDateTime":"'::text || public.moment_text((o).requested_at)) || '"'::text), ''::text)) || ',"expectedCompletionDate":"'::text) || public.moment_text((o).expected_at)) || '"'::text) || COALESCE((',"spReference":'::text || public.quoted(((o).sp_reference)::text)), ''::text)) || COALESCE((',"spSubscriptionId":'::text || public.quoted(((o).sp_subscription_id)::text)), ''::text)) || ',"subscriptionId":"'::text) || ((o).subscription_id)::text) || '"'::text) || COALESCE((',"externalNote":'::text || public.quoted(((o).external_note)::text)), ''::text)) || COALESCE((',"characteristics":'::text || public.characteristics_text((o).characteristics, dialect)), ''::text)) || CASE WHEN ((o).operation = 'ACTIVATE'::text) THEN (',"forcedTakeover":'::text || ((o).forced_takeover)::text) ELSE ''::text END) || COALESCE((',"equipment":'::text || public.equipment_text((o).equipment, dialect)), ''::text)) || ',"state":"'::text) || (o).state) || '","message":'::text) || public.quoted((o).message)) || CASE WHEN ((o).state = 'DONE_FAILED'::text) THEN COALESCE(((',"code":"'::text || (o).code) || '"'::text), ''::text) ELSE ''::text END) || '}'::text);

CREATE FUNCTION public.orderevent_doc(j public.journal, mount text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ((((((((((((((((((('{"event":"'::text || ((j).tx)::text) || '-'::text) || ((j).seq)::text) || '","order":{"path":"'::text) || mount) || '/orders/'::text) || (j).object_id) || '","accessId":"'::text) || (j).access_id) || '","service":'::text) || public.json_text((j).service)) || ',"operation":"'::text) || (j).operation) || '","state":"'::text) || (j).state) || '","message":'::text) || public.quoted((j).message)) || COALESCE(((',"code":"'::text || (j).code) || '"'::text), ''::text)) || '}}'::text);

CREATE FUNCTION public.orders_claim() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    holder_sp text;
    holder_ends_at timestamptz;
BEGIN
    IF NEW.operation <> 'ACTIVATE' THEN
        PERFORM FROM subscriptions s
          WHERE (s.subscription_id, s.sp, s.access_id, s.service_type)
              = (NEW.subscription_id, NEW.sp, NEW.access_id, NEW.service_type);
    ELSE
        SELECT h.sp, h.ends_at INTO holder_sp, holder_ends_at
          FROM accesses a
          JOIN services v ON v.service = NEW.service AND v.service_type = NEW.service_type
          JOIN providers p ON p.sp = NEW.sp
          LEFT JOIN subscriptions h ON (h.access_id, h.service_type, h.claim)
                                     = (NEW.access_id, NEW.service_type, NEW.claim)
                AND h.state IN ('ACTIVATED', 'SUSPENDED')
         WHERE a.access_id = NEW.access_id;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
            MESSAGE = format('Order %s is about something that there is not.', NEW.order_id);
    ELSIF NEW.operation = 'ACTIVATE' AND holder_sp IS NOT NULL
      AND (holder_sp = NEW.sp
           OR NOT (NEW.forced_takeover OR COALESCE(holder_ends_at <= NEW.requested_at, false))) THEN
        RAISE EXCEPTION USING ERRCODE = 'exclusion_violation', MESSAGE = 'The service type is claimed here.';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.orders_end() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE subscriptions s
       SET ends_at = CASE WHEN NEW.state IN ('RECEIVED', 'IN_PROGRESS') THEN NEW.requested_at END
     WHERE s.subscription_id = NEW.subscription_id AND s.state <> 'ENDED'
       AND s.ends_at IS DISTINCT FROM CASE WHEN NEW.state IN ('RECEIVED', 'IN_PROGRESS') THEN NEW.requested_at END;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.orders_journal() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO journal (tx, at, type, object_type, object_id, sp,
                         access_id, service, operation, state, message, code)
    SELECT journal_tx(), stamp(), CASE WHEN n.state = 'CANCELLED' THEN 'DELETE' ELSE 'UPDATE' END,
           'orders', n.order_id, n.sp, n.access_id, n.service, n.operation,
           CASE WHEN n.state = o.state THEN NULL WHEN n.state = 'CANCELLED' THEN 'DONE_FAILED' ELSE n.state END,
           n.message, n.code
      FROM new_rows n JOIN old_rows o USING (order_id)
     WHERE n.state <> o.state OR n.wish <> o.wish
     ORDER BY n.position;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.orders_journal_new() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO journal (tx, at, type, object_type, object_id, sp, access_id, service, operation, state, message)
    SELECT journal_tx(), stamp(), 'CREATE', 'orders', n.order_id, n.sp, n.access_id, n.service, n.operation, n.state, ''
      FROM new_rows n ORDER BY n.position;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.orders_move() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'An order is history: it is cancelled or finished, never deleted.';
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'RECEIVED' THEN
            RAISE EXCEPTION 'An order begins as RECEIVED, not as %.', NEW.state;
        END IF;
        NEW.told_by := journal_tx();
        RETURN NEW;
    ELSIF OLD.state NOT IN ('RECEIVED', 'IN_PROGRESS') THEN
        RAISE EXCEPTION 'Order % is % and does not change any more.', OLD.order_id, OLD.state;
    ELSIF (NEW.order_id, NEW.position, NEW.sp, NEW.access_id, NEW.operation, NEW.subscription_id, NEW.service_type,
           NEW.claim)
       IS DISTINCT FROM
          (OLD.order_id, OLD.position, OLD.sp, OLD.access_id, OLD.operation, OLD.subscription_id, OLD.service_type,
           OLD.claim) THEN
        RAISE EXCEPTION 'Order % keeps its SP, access, operation and subscription.', OLD.order_id;
    ELSIF OLD.state = 'IN_PROGRESS' AND NEW.wish <> OLD.wish THEN
        RAISE EXCEPTION 'Order % is IN_PROGRESS: what it asks for does not change.', OLD.order_id;
    END IF;
    IF NEW.state <> OLD.state THEN
        IF (OLD.state, NEW.state) NOT IN (
            ('RECEIVED', 'IN_PROGRESS'), ('RECEIVED', 'CANCELLED'),
            ('IN_PROGRESS', 'DONE_SUCCESS'), ('IN_PROGRESS', 'DONE_FAILED')) THEN
            RAISE EXCEPTION 'Order % cannot go from % to %.', OLD.order_id, OLD.state, NEW.state;
        END IF;
        NEW.told_by := journal_tx();
        -- The journal is in the order of transaction ids; a writer that got its id before the state it changes was
        -- written would tell the story backwards.
        IF NEW.told_by < OLD.told_by THEN
            RAISE EXCEPTION USING ERRCODE = 'serialization_failure', MESSAGE = 'Begin this transaction again.';
        END IF;
        IF NEW.state <> 'IN_PROGRESS' THEN
            NEW.finished_at := clock_timestamp();
            NEW.lease := NULL;
            NEW.leased_until := NULL;
        END IF;
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.pasts_stay() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'What was so does not change.';
END
$$;

CREATE FUNCTION public.prices_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO price_changes (at) VALUES (stamp()) ON CONFLICT (only_row) DO UPDATE SET at = EXCLUDED.at;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.providers_stay() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'A provider stays, for its orders do; revoke its credentials.';
END
$$;

CREATE FUNCTION public.resume_journal() RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    highest bigint := (SELECT max(tx) FROM journal);
BEGIN
    IF highest >= journal_tx() THEN
        INSERT INTO facts (name, value) VALUES ('journal_shift', (highest + 1)::text)
            ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value;
    END IF;
END
$$;

CREATE VIEW public.claim_moves AS
 SELECT access_id,
    at
   FROM public.journal j
  WHERE ((sp IS NOT NULL) AND ((object_type = 'subscriptions'::text) OR (operation = 'ACTIVATE'::text)));

CREATE TABLE public.services (
    service public.plain_text NOT NULL COLLATE pg_catalog."C",
    service_type text NOT NULL COLLATE pg_catalog."C",
    down_kbps integer,
    up_kbps integer,
    populations text[],
    sellers text[],
    offered_from timestamp with time zone,
    offered_until timestamp with time zone,
    takeover boolean DEFAULT false NOT NULL,
    comments text[] DEFAULT '{}'::text[] NOT NULL,
    characteristics jsonb DEFAULT '{}'::jsonb NOT NULL,
    withdrawn boolean DEFAULT false NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT services_characteristics_check CHECK ((jsonb_typeof(characteristics) = 'object'::text)),
    CONSTRAINT services_check CHECK ((offered_until > offered_from)),
    CONSTRAINT services_down_kbps_check CHECK ((down_kbps > 0)),
    CONSTRAINT services_populations_check CHECK ((cardinality(populations) > 0)),
    CONSTRAINT services_sellers_check CHECK ((cardinality(sellers) > 0)),
    CONSTRAINT services_up_kbps_check CHECK ((up_kbps > 0))
);

COMMENT ON COLUMN public.services.populations IS 'Where it is offered; NULL: everywhere.';

COMMENT ON COLUMN public.services.sellers IS 'The SPs that may sell it; NULL: all.';

COMMENT ON COLUMN public.services.takeover IS 'Whether an SP may take an access over from another SP with it.';

COMMENT ON COLUMN public.services.characteristics IS 'By name: {"required": boolean, "values": the allowed ones, if listed}.';

CREATE FUNCTION public.service_moves_for(sp text, since timestamp with time zone) RETURNS TABLE(access_id text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT a.access_id
    FROM public.access_changes_for(service_moves_for.sp, service_moves_for.since) a(access_id, doc)
 UNION
  SELECT m.access_id
    FROM (public.claim_moves m
      JOIN public.accesses a ON (((a.access_id)::text = m.access_id)))
   WHERE ((m.at >= service_moves_for.since) AND public.sees(service_moves_for.sp, (a.population)::text))
 UNION
  SELECT a.access_id
    FROM public.accesses_for(service_moves_for.sp) a(access_id, doc, population, access_state)
   WHERE ((EXISTS ( SELECT
            FROM public.services v
           WHERE (v.changed_at >= service_moves_for.since))) OR (EXISTS ( SELECT
            FROM public.service_types t
           WHERE (t.changed_at >= service_moves_for.since))) OR (service_moves_for.since < (clock_timestamp() - '29 days'::interval)));
END;

CREATE FUNCTION public.service_sheet(sp text, population text, access_state text, taken text) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT (('['::text || COALESCE(string_agg((((((((((((('{"service":'::text || public.json_text((v.service)::text)) || ',"connectionDateTime":"'::text) || CASE WHEN (service_sheet.access_state = ANY (ARRAY['CONNECTED'::text, 'OUTMIGRATION'::text])) THEN COALESCE(public.moment_text(v.offered_from), '1990-01-01T00:00:01Z'::text) ELSE '3030-12-12T00:00:01Z'::text END) || '","availableDateTime":"'::text) || CASE WHEN (h.wanted OR ((h.service_type IS NOT NULL) AND (h.ends_at IS NULL))) THEN ''::text WHEN (service_sheet.access_state = 'CONNECTED'::text) THEN COALESCE(public.moment_text(GREATEST(h.ends_at, v.offered_from)), '1990-01-01T00:00:01Z'::text) WHEN (service_sheet.access_state = 'INMIGRATION'::text) THEN COALESCE(public.moment_text(GREATEST(h.ends_at, v.offered_from)), ''::text) ELSE ''::text END) || '","disconnectionDateTime":"'::text) || COALESCE(public.moment_text(v.offered_until), ''::text)) || '","forcedTakeoverPossible":'::text) || ((v.takeover AND (h.service_type IS NOT NULL) AND (NOT h.wanted) AND (service_sheet.access_state = 'CONNECTED'::text)))::text) || CASE WHEN (cardinality(v.comments) > 0) THEN (',"comments":'::text || (to_json(v.comments))::text) ELSE ''::text END) || CASE WHEN (v.characteristics <> '{}'::jsonb) THEN (',"characteristics":'::text || public.characteristics_text((v.characteristics)::json, (SELECT p.dialect FROM public.providers p WHERE (p.sp = service_sheet.sp)))) ELSE ''::text END) || '}'::text), ','::text ORDER BY v.service), ''::text)) || ']'::text) FROM (public.services v LEFT JOIN (SELECT split_part(line.line, '	'::text, 1) AS service_type, bool_or((split_part(line.line, '	'::text, 2) = 'P'::text)) AS wanted, min((NULLIF(split_part(line.line, '	'::text, 3), ''::text))::timestamp with time zone) AS ends_at FROM regexp_split_to_table(service_sheet.taken, '
'::text) line(line) WHERE (line.line <> ''::text) GROUP BY (split_part(line.line, '	'::text, 1))) h ON ((h.service_type = v.service_type))) WHERE ((NOT v.withdrawn) AND (service_sheet.access_state <> 'DISCONNECTED'::text) AND ((v.sellers IS NULL) OR (service_sheet.sp = ANY (v.sellers))) AND ((v.populations IS NULL) OR (service_sheet.population = ANY (v.populations)))));

CREATE FUNCTION public.services_on(sp text, access_ids text[]) RETURNS TABLE(access_id text, doc text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 WITH seen AS MATERIALIZED (
          SELECT a.access_id,
             COALESCE((a.population)::text, ''::text) AS population,
             a.access_state,
             COALESCE(t.taken, ''::text) AS taken
            FROM ((unnest(services_on.access_ids) i(access_id)
              JOIN public.accesses a ON (((a.access_id)::text = i.access_id)))
              LEFT JOIN LATERAL ( SELECT string_agg(public.claim_line(c.*), '
'::text ORDER BY c.service_type, c.wanted) AS taken
                    FROM public.claims c
                   WHERE (((c.access_id)::text = (a.access_id)::text) AND (c.sp <> services_on.sp) AND (c.claim = ''::text))) t ON (true))
           WHERE public.sees(services_on.sp, (a.population)::text)
         ), sheets AS MATERIALIZED (
          SELECT d.population,
             d.access_state,
             d.taken,
             public.service_sheet(services_on.sp, d.population, d.access_state, d.taken) AS sheet
            FROM ( SELECT DISTINCT s_1.population,
                     s_1.access_state,
                     s_1.taken
                    FROM seen s_1) d
         )
  SELECT s.access_id,
     (((('{"accessId":"'::text || (s.access_id)::text) || '","services":'::text) || h.sheet) || '}'::text)
    FROM (seen s
      JOIN sheets h ON (((h.population = s.population) AND (h.access_state = s.access_state) AND (h.taken = s.taken))));
END;

CREATE FUNCTION public.service_changes_for(sp text, since timestamp with time zone) RETURNS TABLE(access_id text, doc text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 WITH moved AS MATERIALIZED (
          SELECT m_1.access_id
            FROM public.service_moves_for(service_changes_for.sp, service_changes_for.since) m_1(access_id)
         )
  SELECT m.access_id,
     COALESCE(s.doc, (('{"accessId":"'::text || m.access_id) || '","services":[]}'::text)) AS "coalesce"
    FROM (moved m
      LEFT JOIN public.services_on(service_changes_for.sp, ARRAY( SELECT i.access_id
            FROM moved i)) s(access_id, doc) ON ((s.access_id = m.access_id)));
END;

CREATE FUNCTION public.services_for(sp text) RETURNS TABLE(access_id text, doc text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 WITH seen AS NOT MATERIALIZED (
          SELECT a.access_id,
             COALESCE(a.population, ''::text) AS population,
             a.access_state,
             COALESCE(t.taken, ''::text) AS taken
            FROM (public.accesses_for(services_for.sp) a(access_id, doc, population, access_state)
              LEFT JOIN ( SELECT c.access_id,
                     string_agg(public.claim_line(c.*), '
'::text ORDER BY c.service_type, c.wanted) AS taken
                    FROM public.claims c
                   WHERE ((c.sp <> services_for.sp) AND (c.claim = ''::text))
                   GROUP BY c.access_id) t ON (((t.access_id)::text = a.access_id)))
         ), sheets AS MATERIALIZED (
          SELECT d.population,
             d.access_state,
             d.taken,
             public.service_sheet(services_for.sp, d.population, d.access_state, d.taken) AS sheet
            FROM ( SELECT DISTINCT s_1.population,
                     s_1.access_state,
                     s_1.taken
                    FROM seen s_1) d
         )
  SELECT s.access_id,
     (((('{"accessId":"'::text || s.access_id) || '","services":'::text) || h.sheet) || '}'::text)
    FROM (seen s
      JOIN sheets h ON (((h.population = s.population) AND (h.access_state = s.access_state) AND (h.taken = s.taken))));
END;

CREATE FUNCTION public.stamp() RETURNS timestamp with time zone
    LANGUAGE sql
    RETURN CASE WHEN (pg_current_xact_id() IS NOT NULL) THEN clock_timestamp() ELSE NULL::timestamp with time zone END;

CREATE FUNCTION public.subscription_doc(s public.subscriptions, dialect text, identifiers text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (((((((((((((((('{"subscriptionId":"'::text || ((s).subscription_id)::text) || '","service":'::text) || public.json_text((s).service)) || ',"operationalState":"'::text) || (s).state) || '","connectionDate":"'::text) || public.date_text((s).connected_at, dialect)) || '"'::text) || COALESCE(((',"disconnectionDate":"'::text || public.date_text((s).ends_at, dialect)) || '"'::text), ''::text)) || COALESCE((',"spReference":'::text || public.quoted(((s).sp_reference)::text)), ''::text)) || COALESCE((',"spSubscriptionId":'::text || public.quoted(((s).sp_subscription_id)::text)), ''::text)) || COALESCE(identifiers, ''::text)) || COALESCE((',"note":'::text || public.quoted(((s).note)::text)), ''::text)) || COALESCE((',"characteristics":'::text || public.characteristics_text((s).characteristics, dialect)), ''::text)) || COALESCE((',"equipment":'::text || public.equipment_text((s).equipment, dialect)), ''::text)) || '}'::text);

CREATE TABLE public.dhcp_identifiers (
    access_id public.id_text NOT NULL,
    ipv4_circuit_id public.identifier_text,
    ipv4_remote_id public.identifier_text,
    ipv6_interface_id public.identifier_text,
    ipv6_remote_id public.identifier_text,
    doc text GENERATED ALWAYS AS (public.identifiers_doc((ipv4_circuit_id)::text, (ipv4_remote_id)::text, (ipv6_interface_id)::text, (ipv6_remote_id)::text)) STORED NOT NULL,
    CONSTRAINT option82_has_room CHECK ((((octet_length(COALESCE(public.identifier_octets((ipv4_circuit_id)::text), '\x'::bytea)) + octet_length(COALESCE(public.identifier_octets((ipv4_remote_id)::text), '\x'::bytea))) + (2 * num_nonnulls(ipv4_circuit_id, ipv4_remote_id))) <= 255)),
    CONSTRAINT there_is_one CHECK ((num_nonnulls(ipv4_circuit_id, ipv4_remote_id, ipv6_interface_id, ipv6_remote_id) > 0))
);

CREATE FUNCTION public.subscription_changes_for(sp text, dialect text, since timestamp with time zone) RETURNS TABLE(access_id text, doc text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT c.access_id,
     (((('{"accessId":"'::text || (c.access_id)::text) || '","subscriptions":['::text) || COALESCE(( SELECT string_agg(public.subscription_doc(s.*, subscription_changes_for.dialect, d.doc), ','::text ORDER BY s.subscription_id) AS string_agg
            FROM (public.subscriptions s
              LEFT JOIN public.dhcp_identifiers d ON (((d.access_id)::text = (s.access_id)::text)))
           WHERE ((s.sp = subscription_changes_for.sp) AND ((s.access_id)::text = (c.access_id)::text) AND (s.state = ANY (ARRAY['ACTIVATED'::text, 'SUSPENDED'::text])))), ''::text)) || ']}'::text)
    FROM ( SELECT DISTINCT t.access_id
            FROM public.subscriptions t
           WHERE ((t.sp = subscription_changes_for.sp) AND (t.changed_at >= subscription_changes_for.since))) c;
END;

CREATE FUNCTION public.subscriptions_for(sp text, dialect text) RETURNS TABLE(access_id text, doc text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT s.access_id,
     (((('{"accessId":"'::text || (s.access_id)::text) || '","subscriptions":['::text) || string_agg(public.subscription_doc(s.*, subscriptions_for.dialect, d.doc), ','::text ORDER BY s.subscription_id)) || ']}'::text)
    FROM (public.subscriptions s
      LEFT JOIN public.dhcp_identifiers d ON (((d.access_id)::text = (s.access_id)::text)))
   WHERE ((s.sp = subscriptions_for.sp) AND (s.state = ANY (ARRAY['ACTIVATED'::text, 'SUSPENDED'::text])))
   GROUP BY s.access_id;
END;

CREATE FUNCTION public.subscriptions_journal() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO journal (tx, at, type, object_type, object_id, sp, access_id)
    SELECT journal_tx(), n.changed_at,
           CASE WHEN n.state = 'ENDED' THEN 'DELETE' ELSE 'UPDATE' END,
           'subscriptions', n.subscription_id, n.sp, n.access_id
      FROM new_rows n;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.subscriptions_journal_new() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO journal (tx, at, type, object_type, object_id, sp, access_id)
    SELECT journal_tx(), n.changed_at, 'CREATE', 'subscriptions', n.subscription_id, n.sp, n.access_id
      FROM new_rows n WHERE n.state IN ('ACTIVATED', 'SUSPENDED');
    RETURN NULL;
END
$$;

CREATE FUNCTION public.subscriptions_move() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A subscription is ended, not deleted.';
    ELSIF TG_OP = 'UPDATE' THEN
        IF (NEW.subscription_id, NEW.sp, NEW.access_id, NEW.service_type, NEW.claim = '')
           IS DISTINCT FROM (OLD.subscription_id, OLD.sp, OLD.access_id, OLD.service_type, OLD.claim = '') THEN
            RAISE EXCEPTION 'Subscription % keeps its SP, access and service type.', OLD.subscription_id;
        ELSIF OLD.state = 'ENDED' THEN
            RAISE EXCEPTION 'Subscription % has ended and does not change.', OLD.subscription_id;
        END IF;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.service <> OLD.service THEN
        IF NOT EXISTS (
            SELECT FROM accesses a, services v, providers p
             WHERE a.access_id = NEW.access_id AND p.sp = NEW.sp
               AND v.service = NEW.service AND v.service_type = NEW.service_type) THEN
            RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
                MESSAGE = format('Subscription %s names an access, provider or service that there is not.',
                                 NEW.subscription_id);
        END IF;
    END IF;
    NEW.changed_at := stamp();
    RETURN NEW;
END
$$;

CREATE FUNCTION public.subscriptions_past() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO subscription_pasts (
           subscription_id, until, service, down_kbps, up_kbps, sp_reference, sp_subscription_id)
    VALUES (OLD.subscription_id, NEW.changed_at, OLD.service, OLD.down_kbps, OLD.up_kbps, OLD.sp_reference,
            OLD.sp_subscription_id);
    RETURN NULL;
END
$$;

CREATE FUNCTION public.subscriptions_touch(access_ids text[]) RETURNS void
    LANGUAGE sql
    BEGIN ATOMIC
 UPDATE public.subscriptions s SET state = s.state
    FROM ( SELECT t.subscription_id
            FROM (unnest(subscriptions_touch.access_ids) i(access_id)
              JOIN public.subscriptions t ON ((((t.access_id)::text = i.access_id) AND (t.state = ANY (ARRAY['ACTIVATED'::text, 'SUSPENDED'::text])))))
           ORDER BY t.subscription_id
          FOR NO KEY UPDATE OF t) held
   WHERE ((s.subscription_id)::text = (held.subscription_id)::text);
END;

CREATE TABLE public.ticket_entries (
    ticket_id public.id_text NOT NULL,
    number integer NOT NULL,
    sp text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    party text NOT NULL,
    author public.reference_text,
    message public.long_text,
    status text NOT NULL,
    responsible text NOT NULL,
    CONSTRAINT ticket_entries_check CHECK (((message IS NULL) OR (author IS NOT NULL))),
    CONSTRAINT ticket_entries_party_check CHECK ((party = ANY (ARRAY['SP'::text, 'CO'::text])))
);

COMMENT ON COLUMN public.ticket_entries.sp IS 'Whose ticket it is; `party` is who wrote.';

COMMENT ON COLUMN public.ticket_entries.message IS 'The comment; NULL: the ticket only moved.';

COMMENT ON COLUMN public.ticket_entries.status IS 'As it is from then on; NULL in an INSERT: as it was.';

CREATE FUNCTION public.ticket_comments(ticket_id text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT (('['::text || COALESCE(string_agg((((((('{"createdBy":'::text || public.quoted((e.author)::text)) || ',"message":'::text) || public.quoted((e.message)::text)) || ',"createdAt":"'::text) || public.moment_text(e.at)) || '"}'::text), ','::text ORDER BY e.number), ''::text)) || ']'::text) FROM public.ticket_entries e WHERE (((e.ticket_id)::text = ticket_comments.ticket_id) AND (e.message IS NOT NULL)));

CREATE FUNCTION public.ticket_info(ip text, mac text, link boolean) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (('{'::text || substr(((COALESCE((',"ip":'::text || public.quoted(ip)), ''::text) || COALESCE((',"mac":'::text || public.quoted(mac)), ''::text)) || COALESCE((',"link":'::text || (link)::text), ''::text)), 2)) || '}'::text);

CREATE FUNCTION public.ticket_doc(t public.tickets) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ((((((((((((((((((((((((((((('{"coTicketReference":"'::text || ((t).ticket_id)::text) || '"'::text) || COALESCE((',"spReference":'::text || public.quoted(((t).sp_reference)::text)), ''::text)) || COALESCE((',"spTicketReference":'::text || public.quoted(((t).sp_ticket_reference)::text)), ''::text)) || ',"accessId":"'::text) || ((t).access_id)::text) || '","createdBy":'::text) || public.quoted(((t).created_by)::text)) || ',"createdAt":"'::text) || public.moment_text((t).created_at)) || '","updatedAt":"'::text) || public.moment_text((t).updated_at)) || '","heading":'::text) || public.quoted(((t).heading)::text)) || ',"description":'::text) || public.quoted(((t).description)::text)) || ',"comments":'::text) || public.ticket_comments(((t).ticket_id)::text)) || ',"status":"'::text) || (t).status) || '","responsible":"'::text) || (t).responsible) || '"'::text) || COALESCE(((',"subscriptionId":"'::text || ((t).subscription_id)::text) || '"'::text), ''::text)) || ',"problemType":"'::text) || (t).problem_type) || '"'::text) || CASE WHEN (num_nonnulls((t).ip, (t).mac, (t).link) > 0) THEN (',"additionalInfo":'::text || public.ticket_info(((t).ip)::text, ((t).mac)::text, (t).link)) ELSE ''::text END) || '}'::text);

CREATE FUNCTION public.ticket_entries_enter() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE tickets t
       SET status = COALESCE(NEW.status, t.status), responsible = COALESCE(NEW.responsible, t.responsible),
           entries = t.entries + 1
     WHERE t.ticket_id = NEW.ticket_id AND t.sp = NEW.sp
    RETURNING t.entries, t.updated_at, t.status, t.responsible INTO NEW.number, NEW.at, NEW.status, NEW.responsible;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
            MESSAGE = format('There is no ticket %s of %s.', NEW.ticket_id, NEW.sp);
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.ticket_row(t public.tickets) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (((((((('{"coTicketReference":"'::text || ((t).ticket_id)::text) || '"'::text) || COALESCE((',"spTicketReference":'::text || public.quoted(((t).sp_ticket_reference)::text)), ''::text)) || ',"status":"'::text) || (t).status) || '","responsible":"'::text) || (t).responsible) || '"}'::text);

CREATE FUNCTION public.tickets_journal() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO journal (tx, at, type, object_type, object_id, sp, access_id)
    SELECT journal_tx(), n.updated_at, CASE TG_OP WHEN 'INSERT' THEN 'CREATE' ELSE 'UPDATE' END,
           'tickets', n.ticket_id, n.sp, n.access_id
      FROM new_rows n;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.tickets_move() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A ticket is closed, not deleted.';
    ELSIF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (
            SELECT FROM accesses a, providers p WHERE a.access_id = NEW.access_id AND p.sp = NEW.sp)
           OR NEW.subscription_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM subscriptions s
             WHERE (s.subscription_id, s.sp, s.access_id) = (NEW.subscription_id, NEW.sp, NEW.access_id)
            UNION ALL
            SELECT FROM orders o
             WHERE (o.works_on, o.sp, o.access_id) = (NEW.subscription_id, NEW.sp, NEW.access_id)) THEN
            RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
                MESSAGE = format('Ticket %s is about something that there is not.', NEW.ticket_id);
        END IF;
        NEW.status := 'CREATED';
        NEW.responsible := CASE NEW.opened_by WHEN 'SP' THEN 'CO' ELSE 'SP' END;
        NEW.entries := 0;
        NEW.updated_at := stamp();
        -- As it is told, so that what was created after a moment that was told is not the same ticket.
        NEW.created_at := date_trunc('milliseconds', NEW.updated_at);
        RETURN NEW;
    ELSIF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'A ticket changes by an entry: INSERT INTO ticket_entries.';
    ELSIF OLD.status = 'CLOSED' AND (NEW.status, NEW.responsible) <> (OLD.status, OLD.responsible) THEN
        RAISE EXCEPTION 'Ticket % is closed and stays so.', OLD.ticket_id;
    ELSIF NEW.status = 'CREATED' AND OLD.status <> 'CREATED' THEN
        RAISE EXCEPTION 'Ticket % does not go back to CREATED.', OLD.ticket_id;
    END IF;
    -- A clock that was set back must not turn the history round.
    NEW.updated_at := GREATEST(stamp(), OLD.updated_at);
    RETURN NEW;
END
$$;

CREATE FUNCTION public.written_stays() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'What was written in % stays as it is.', TG_TABLE_NAME;
END
$$;

CREATE TABLE public.access_pasts (
    access_id public.id_text NOT NULL,
    seq bigint NOT NULL,
    until timestamp with time zone NOT NULL,
    street_name public.plain_text NOT NULL,
    street_number text COLLATE pg_catalog."C",
    street_littera public.plain_text,
    postal_code public.plain_text NOT NULL COLLATE pg_catalog."C",
    city public.plain_text NOT NULL,
    country_code text NOT NULL COLLATE pg_catalog."C",
    mdu_apartment_number text COLLATE pg_catalog."C",
    mdu_distinguisher public.plain_text,
    outlet public.plain_text,
    population public.plain_text,
    premises_type text NOT NULL,
    price_group integer NOT NULL
);

COMMENT ON TABLE public.access_pasts IS 'What invoices show of an access, as it was until a moment.';

ALTER TABLE public.access_pasts ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.access_pasts_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.access_ports (
    access_id public.id_text NOT NULL,
    element text NOT NULL COLLATE pg_catalog."C",
    port public.plain_text NOT NULL COLLATE pg_catalog."C",
    cpe text COLLATE pg_catalog."C"
);

COMMENT ON COLUMN public.access_ports.port IS 'The element''s own name for it.';

COMMENT ON COLUMN public.access_ports.cpe IS 'The element at the customer''s end, if the CO manages one.';

CREATE TABLE public.credentials (
    sp text NOT NULL COLLATE pg_catalog."C",
    credential_id text NOT NULL COLLATE pg_catalog."C",
    secret_hash text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT credentials_secret_hash_check CHECK ((secret_hash ~~ '$argon2id$%'::text))
);

CREATE TABLE public.idempotency_keys (
    sp text NOT NULL COLLATE pg_catalog."C",
    key public.reference_text NOT NULL COLLATE pg_catalog."C",
    wish text NOT NULL,
    status integer NOT NULL,
    object_id text,
    answer text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.idempotency_keys IS 'Answers to POSTs that came with an Idempotency-Key, for a week.';

CREATE TABLE public.invoice_entries (
    entry_id public.id_text NOT NULL,
    period text NOT NULL COLLATE pg_catalog."C",
    sp text NOT NULL COLLATE pg_catalog."C",
    subscription_id public.id_text NOT NULL,
    row_type text NOT NULL,
    list_price numeric(12,2) NOT NULL,
    amount numeric(12,2) NOT NULL,
    from_date date NOT NULL,
    to_date date NOT NULL,
    comment public.plain_text,
    ticket public.id_text,
    created_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    CONSTRAINT comment_says_why CHECK (((comment IS NOT NULL) OR ((amount >= (0)::numeric) AND (row_type <> 'OTHER'::text)))),
    CONSTRAINT invoice_entries_check CHECK ((to_date >= from_date)),
    CONSTRAINT invoice_entries_list_price_check CHECK ((list_price >= (0)::numeric)),
    CONSTRAINT invoice_entries_row_type_check CHECK ((row_type = ANY (ARRAY['PERIODIC_FEE'::text, 'PARTIAL_PERIODIC_FEE'::text, 'USAGE_FEE'::text, 'TRANSMISSION_FEE'::text, 'START_FEE'::text, 'UPGRADE_FEE'::text, 'DOWNGRADE_FEE'::text, 'MOVE_FEE'::text, 'END_FEE'::text, 'TROUBLESHOOTING_FEE'::text, 'OTHER'::text])))
);

COMMENT ON COLUMN public.invoice_entries.amount IS 'Below zero: a CREDIT.';

CREATE TABLE public.invoice_periods (
    period text NOT NULL COLLATE pg_catalog."C",
    locked_at timestamp with time zone,
    CONSTRAINT invoice_periods_period_check CHECK (((period ~ '^[0-9][0-9][0-9][0-9](0[1-9]|1[0-2])$'::text) AND (length(period) = 6)))
);

COMMENT ON COLUMN public.invoice_periods.locked_at IS 'From then on the month does not change any more, and SPs see it.';

CREATE TABLE public.invoice_rows (
    run bigint NOT NULL,
    sp text NOT NULL COLLATE pg_catalog."C",
    "position" integer NOT NULL,
    row_id text NOT NULL COLLATE pg_catalog."C",
    subscription_id public.id_text NOT NULL,
    row_type text NOT NULL,
    amount numeric(14,2) NOT NULL,
    doc text NOT NULL,
    CONSTRAINT invoice_rows_row_type_check CHECK ((row_type = ANY (ARRAY['PERIODIC_FEE'::text, 'PARTIAL_PERIODIC_FEE'::text, 'USAGE_FEE'::text, 'TRANSMISSION_FEE'::text, 'START_FEE'::text, 'UPGRADE_FEE'::text, 'DOWNGRADE_FEE'::text, 'MOVE_FEE'::text, 'END_FEE'::text, 'TROUBLESHOOTING_FEE'::text, 'OTHER'::text])))
);

COMMENT ON COLUMN public.invoice_rows.row_id IS 'The same in every run that computes the same row.';

COMMENT ON COLUMN public.invoice_rows.doc IS 'The row as it is sent.';

CREATE SEQUENCE public.invoice_runs
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.invoice_specifications (
    period text NOT NULL COLLATE pg_catalog."C",
    sp text NOT NULL COLLATE pg_catalog."C",
    run bigint NOT NULL,
    rows integer NOT NULL,
    amount numeric(18,2) NOT NULL,
    compiled_at timestamp with time zone NOT NULL,
    CONSTRAINT invoice_specifications_rows_check CHECK ((rows >= 0))
);

COMMENT ON COLUMN public.invoice_specifications.compiled_at IS 'It has all that was so then, and nothing later.';

ALTER TABLE public.journal ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.journal_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.migrations (
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.order_steps (
    order_id public.id_text NOT NULL,
    number integer NOT NULL,
    undo boolean NOT NULL,
    name text NOT NULL,
    tries integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    did text
);

COMMENT ON COLUMN public.order_steps.undo IS 'Whether this took the step back.';

COMMENT ON COLUMN public.order_steps.did IS 'What was done, in words; while it is not finished, why the last try was not.';

ALTER TABLE public.orders ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.orders_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.port_peaks (
    element text NOT NULL COLLATE pg_catalog."C",
    port text NOT NULL COLLATE pg_catalog."C",
    week date NOT NULL,
    input_rate bigint,
    input_at timestamp with time zone,
    output_rate bigint,
    output_at timestamp with time zone,
    CONSTRAINT rates_have_their_time CHECK ((((input_rate IS NULL) = (input_at IS NULL)) AND ((output_rate IS NULL) = (output_at IS NULL))))
);

COMMENT ON COLUMN public.port_peaks.week IS 'Its Monday, in UTC.';

CREATE UNLOGGED TABLE public.port_samples (
    element text NOT NULL COLLATE pg_catalog."C",
    port text NOT NULL COLLATE pg_catalog."C",
    read_at timestamp with time zone NOT NULL,
    counted json NOT NULL,
    passed json
)
WITH (fillfactor='50');

COMMENT ON COLUMN public.port_samples.counted IS 'The counters as the element told them.';

COMMENT ON COLUMN public.port_samples.passed IS 'What passed in each direction since the reading before; NULL: nobody knows.';

CREATE TABLE public.price_changes (
    only_row boolean DEFAULT true NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT price_changes_only_row_check CHECK (only_row)
);

CREATE TABLE public.prices (
    service text NOT NULL COLLATE pg_catalog."C",
    fee text NOT NULL,
    price_group integer,
    amount numeric(12,2) NOT NULL,
    valid_from date,
    valid_until date,
    CONSTRAINT prices_amount_check CHECK ((amount >= (0)::numeric)),
    CONSTRAINT prices_check CHECK ((valid_until > valid_from)),
    CONSTRAINT prices_fee_check CHECK ((fee = ANY (ARRAY['PERIODIC'::text, 'USAGE'::text, 'TRANSMISSION'::text, 'START'::text, 'UPGRADE'::text, 'DOWNGRADE'::text, 'END'::text]))),
    CONSTRAINT prices_price_group_check CHECK ((price_group >= 0))
);

COMMENT ON COLUMN public.prices.price_group IS 'NULL: every group that has no price of its own.';

COMMENT ON COLUMN public.prices.valid_until IS 'The first day without this price; NULL: no end.';

CREATE TABLE public.samplings (
    element text NOT NULL COLLATE pg_catalog."C",
    due_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.simulated_effects (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    access_id text NOT NULL COLLATE pg_catalog."C",
    slot text NOT NULL COLLATE pg_catalog."C",
    before text,
    after text
);

COMMENT ON TABLE public.simulated_effects IS 'Each change of a port, once: what a network remembers of what was done to it.';

ALTER TABLE public.simulated_effects ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.simulated_effects_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.simulated_faults (
    access_id text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL,
    times integer,
    seconds double precision DEFAULT 0 NOT NULL,
    CONSTRAINT simulated_faults_kind_check CHECK ((kind = ANY (ARRAY['fail'::text, 'reject'::text, 'slow'::text, 'dead'::text, 'garbage'::text]))),
    CONSTRAINT simulated_faults_seconds_check CHECK ((seconds >= (0)::double precision)),
    CONSTRAINT simulated_faults_times_check CHECK ((times >= 0))
);

COMMENT ON COLUMN public.simulated_faults.kind IS 'fail: answers that it cannot just now. reject: answers that it never will. slow: answers after `seconds`. dead: does not answer. garbage: answers nonsense.';

COMMENT ON COLUMN public.simulated_faults.times IS 'How many questions it has the fault for; NULL: all.';

CREATE TABLE public.simulated_ports (
    access_id text NOT NULL COLLATE pg_catalog."C",
    slot text NOT NULL COLLATE pg_catalog."C",
    setup text NOT NULL
);

COMMENT ON COLUMN public.simulated_ports.slot IS 'The service type; with the subscription, for a type that is not exclusive.';

COMMENT ON COLUMN public.simulated_ports.setup IS 'What is delivered there, as JSON, compared byte by byte.';

CREATE TABLE public.subscription_pasts (
    subscription_id public.id_text NOT NULL,
    seq bigint NOT NULL,
    until timestamp with time zone NOT NULL,
    service text NOT NULL COLLATE pg_catalog."C",
    down_kbps integer,
    up_kbps integer,
    sp_reference public.reference_text,
    sp_subscription_id public.reference_text
);

COMMENT ON TABLE public.subscription_pasts IS 'How a subscription was until a moment, since the row before it or its beginning.';

ALTER TABLE public.subscription_pasts ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.subscription_pasts_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ticket_notes (
    ticket_id public.id_text NOT NULL,
    number bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    author public.reference_text NOT NULL,
    message public.long_text NOT NULL
);

ALTER TABLE public.ticket_notes ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.ticket_notes_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ticket_readings (
    ticket_id public.id_text NOT NULL,
    read_at timestamp with time zone NOT NULL,
    link json,
    trouble public.reference_text,
    CONSTRAINT link_or_trouble CHECK ((num_nonnulls(link, trouble) = 1)),
    CONSTRAINT ticket_readings_link_check CHECK ((json_typeof(link) = 'object'::text))
);

COMMENT ON COLUMN public.ticket_readings.link IS 'The port as its element told it.';

COMMENT ON COLUMN public.ticket_readings.trouble IS 'Why nothing is known of it.';

ALTER TABLE ONLY public.access_departures
    ADD CONSTRAINT access_departures_pkey PRIMARY KEY (population, access_id);

ALTER TABLE ONLY public.access_pasts
    ADD CONSTRAINT access_pasts_pkey PRIMARY KEY (access_id, seq);

ALTER TABLE ONLY public.access_ports
    ADD CONSTRAINT access_ports_pkey PRIMARY KEY (access_id);

ALTER TABLE ONLY public.access_ports
    ADD CONSTRAINT access_ports_place UNIQUE (element, port) DEFERRABLE;

ALTER TABLE ONLY public.accesses
    ADD CONSTRAINT accesses_pkey PRIMARY KEY (access_id);

ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_pkey PRIMARY KEY (sp, credential_id);

ALTER TABLE ONLY public.dhcp_identifiers
    ADD CONSTRAINT dhcp_identifiers_pkey PRIMARY KEY (access_id);

ALTER TABLE ONLY public.elements
    ADD CONSTRAINT elements_pkey PRIMARY KEY (element);

ALTER TABLE ONLY public.facts
    ADD CONSTRAINT facts_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (sp, key);

ALTER TABLE ONLY public.invoice_entries
    ADD CONSTRAINT invoice_entries_pkey PRIMARY KEY (entry_id);

ALTER TABLE ONLY public.invoice_periods
    ADD CONSTRAINT invoice_periods_pkey PRIMARY KEY (period);

ALTER TABLE ONLY public.invoice_rows
    ADD CONSTRAINT invoice_rows_pkey PRIMARY KEY (run, sp, "position");

ALTER TABLE ONLY public.invoice_specifications
    ADD CONSTRAINT invoice_specifications_pkey PRIMARY KEY (period, sp);

ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.order_steps
    ADD CONSTRAINT order_steps_pkey PRIMARY KEY (order_id, number, undo);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (order_id);

ALTER TABLE ONLY public.port_peaks
    ADD CONSTRAINT port_peaks_pkey PRIMARY KEY (element, port, week);

ALTER TABLE ONLY public.port_samples
    ADD CONSTRAINT port_samples_pkey PRIMARY KEY (element, port);

ALTER TABLE ONLY public.price_changes
    ADD CONSTRAINT price_changes_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.prices
    ADD CONSTRAINT prices_service_fee_price_group_valid_from_key UNIQUE NULLS NOT DISTINCT (service, fee, price_group, valid_from);

ALTER TABLE ONLY public.providers
    ADD CONSTRAINT providers_pkey PRIMARY KEY (sp);

ALTER TABLE ONLY public.samplings
    ADD CONSTRAINT samplings_pkey PRIMARY KEY (element);

ALTER TABLE ONLY public.service_types
    ADD CONSTRAINT service_types_pkey PRIMARY KEY (service_type);

ALTER TABLE ONLY public.services
    ADD CONSTRAINT services_pkey PRIMARY KEY (service);

ALTER TABLE ONLY public.simulated_effects
    ADD CONSTRAINT simulated_effects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.simulated_faults
    ADD CONSTRAINT simulated_faults_pkey PRIMARY KEY (access_id);

ALTER TABLE ONLY public.simulated_ports
    ADD CONSTRAINT simulated_ports_pkey PRIMARY KEY (access_id, slot);

ALTER TABLE ONLY public.subscription_pasts
    ADD CONSTRAINT subscription_pasts_pkey PRIMARY KEY (subscription_id, seq);

ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_pkey PRIMARY KEY (subscription_id);

ALTER TABLE ONLY public.ticket_entries
    ADD CONSTRAINT ticket_entries_pkey PRIMARY KEY (ticket_id, number);

ALTER TABLE ONLY public.ticket_notes
    ADD CONSTRAINT ticket_notes_pkey PRIMARY KEY (ticket_id, number);

ALTER TABLE ONLY public.ticket_readings
    ADD CONSTRAINT ticket_readings_pkey PRIMARY KEY (ticket_id);

ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_pkey PRIMARY KEY (ticket_id);

CREATE INDEX access_departures_departed ON public.access_departures USING btree (departed_at);

CREATE INDEX access_ports_cpe ON public.access_ports USING btree (cpe) WHERE (cpe IS NOT NULL);

CREATE INDEX accesses_changed ON public.accesses USING btree (changed_at);

CREATE INDEX accesses_population ON public.accesses USING btree (population, access_id);

CREATE UNIQUE INDEX agreements_live ON public.agreements USING btree (sp, population) NULLS NOT DISTINCT WHERE (revoked_at IS NULL);

CREATE INDEX agreements_sp ON public.agreements USING btree (sp);

CREATE INDEX dhcp_identifiers_ipv4_circuit ON public.dhcp_identifiers USING btree (public.identifier_octets((ipv4_circuit_id)::text), public.identifier_octets((ipv4_remote_id)::text)) WHERE (ipv4_circuit_id IS NOT NULL);

CREATE INDEX dhcp_identifiers_ipv4_remote ON public.dhcp_identifiers USING btree (public.identifier_octets((ipv4_remote_id)::text)) WHERE (ipv4_remote_id IS NOT NULL);

CREATE INDEX dhcp_identifiers_ipv6_interface ON public.dhcp_identifiers USING btree (public.identifier_octets((ipv6_interface_id)::text), public.identifier_octets((ipv6_remote_id)::text)) WHERE (ipv6_interface_id IS NOT NULL);

CREATE INDEX dhcp_identifiers_ipv6_remote ON public.dhcp_identifiers USING btree (public.identifier_octets((ipv6_remote_id)::text)) WHERE (ipv6_remote_id IS NOT NULL);

CREATE INDEX idempotency_keys_created ON public.idempotency_keys USING btree (created_at);

CREATE UNIQUE INDEX invoice_entries_of_ticket ON public.invoice_entries USING btree (ticket) WHERE ((row_type = 'TROUBLESHOOTING_FEE'::text) AND (withdrawn_at IS NULL));

CREATE UNIQUE INDEX invoice_entries_once ON public.invoice_entries USING btree (period, subscription_id, row_type, amount, from_date, to_date, comment, ticket) NULLS NOT DISTINCT WHERE (withdrawn_at IS NULL);

CREATE INDEX journal_at ON public.journal USING btree (at) WHERE (sp IS NOT NULL);

CREATE INDEX journal_events ON public.journal USING btree (sp, at);

CREATE UNIQUE INDEX journal_orderevents ON public.journal USING btree (sp, tx, seq) WHERE (state IS NOT NULL);

CREATE INDEX orders_due ON public.orders USING btree (due_at, "position") WHERE (finished_at IS NULL);

CREATE UNIQUE INDEX orders_in_progress ON public.orders USING btree (access_id) WHERE (state = 'IN_PROGRESS'::text);

CREATE INDEX orders_of_access ON public.orders USING btree (access_id, "position");

CREATE INDEX orders_of_sp ON public.orders USING btree (sp, state, "position");

CREATE UNIQUE INDEX orders_unfinished ON public.orders USING btree (works_on) WHERE (works_on IS NOT NULL);

CREATE UNIQUE INDEX orders_wanted ON public.orders USING btree (wanted_on, service_type, claim) WHERE (wanted_on IS NOT NULL);

CREATE INDEX port_peaks_week ON public.port_peaks USING btree (week);

CREATE INDEX samplings_due ON public.samplings USING btree (due_at);

CREATE INDEX simulated_effects_access ON public.simulated_effects USING btree (access_id, id);

CREATE INDEX subscriptions_by_reference ON public.subscriptions USING btree (sp, sp_subscription_id) WHERE (sp_subscription_id IS NOT NULL);

CREATE INDEX subscriptions_changed ON public.subscriptions USING btree (changed_at);

CREATE UNIQUE INDEX subscriptions_live ON public.subscriptions USING btree (access_id, service_type, claim) WHERE (state = ANY (ARRAY['ACTIVATED'::text, 'SUSPENDED'::text]));

CREATE INDEX subscriptions_of_sp ON public.subscriptions USING btree (sp, access_id) WHERE (state = ANY (ARRAY['ACTIVATED'::text, 'SUSPENDED'::text]));

CREATE INDEX tickets_changed ON public.tickets USING btree (sp, updated_at);

CREATE INDEX tickets_of_access ON public.tickets USING btree (access_id);

CREATE INDEX tickets_of_sp ON public.tickets USING btree (sp, ticket_id);

CREATE INDEX tickets_open ON public.tickets USING btree (ticket_id) WHERE (status <> 'CLOSED'::text);

CREATE TRIGGER access_pasts_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON public.access_pasts FOR EACH STATEMENT EXECUTE FUNCTION public.pasts_stay();

CREATE TRIGGER access_ports_exist AFTER UPDATE ON public.access_ports REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.accesses_exist();

CREATE TRIGGER access_ports_exist_new AFTER INSERT ON public.access_ports REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.accesses_exist();

CREATE TRIGGER accesses_announce AFTER INSERT OR UPDATE ON public.accesses FOR EACH STATEMENT EXECUTE FUNCTION public.announce();

CREATE TRIGGER accesses_depart AFTER UPDATE ON public.accesses FOR EACH ROW WHEN (((old.population IS NOT NULL) AND ((old.population)::text IS DISTINCT FROM (new.population)::text))) EXECUTE FUNCTION public.accesses_depart();

CREATE TRIGGER accesses_journal AFTER UPDATE ON public.accesses REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.accesses_journal();

CREATE TRIGGER accesses_journal_new AFTER INSERT ON public.accesses REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.accesses_journal();

CREATE TRIGGER accesses_past AFTER UPDATE ON public.accesses FOR EACH ROW WHEN ((((((((((((((old.street_name)::text IS DISTINCT FROM (new.street_name)::text) OR (old.street_number IS DISTINCT FROM new.street_number)) OR ((old.street_littera)::text IS DISTINCT FROM (new.street_littera)::text)) OR ((old.postal_code)::text IS DISTINCT FROM (new.postal_code)::text)) OR ((old.city)::text IS DISTINCT FROM (new.city)::text)) OR (old.country_code IS DISTINCT FROM new.country_code)) OR (old.mdu_apartment_number IS DISTINCT FROM new.mdu_apartment_number)) OR ((old.mdu_distinguisher)::text IS DISTINCT FROM (new.mdu_distinguisher)::text)) OR ((old.outlet)::text IS DISTINCT FROM (new.outlet)::text)) OR ((old.population)::text IS DISTINCT FROM (new.population)::text)) OR (old.premises_type IS DISTINCT FROM new.premises_type)) OR (old.price_group IS DISTINCT FROM new.price_group))) EXECUTE FUNCTION public.accesses_past();

CREATE TRIGGER accesses_stamp BEFORE INSERT OR DELETE OR UPDATE ON public.accesses FOR EACH ROW EXECUTE FUNCTION public.accesses_stamp();

CREATE TRIGGER agreements_announce AFTER INSERT OR UPDATE ON public.agreements FOR EACH STATEMENT EXECUTE FUNCTION public.announce();

CREATE TRIGGER agreements_stamp BEFORE INSERT OR DELETE OR UPDATE ON public.agreements FOR EACH ROW EXECUTE FUNCTION public.agreements_stamp();

CREATE TRIGGER credentials_announce AFTER INSERT OR DELETE OR UPDATE OF secret_hash, revoked_at ON public.credentials FOR EACH STATEMENT EXECUTE FUNCTION public.announce();

CREATE TRIGGER dhcp_identifiers_exist AFTER UPDATE ON public.dhcp_identifiers REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.accesses_exist();

CREATE TRIGGER dhcp_identifiers_exist_new AFTER INSERT ON public.dhcp_identifiers REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.accesses_exist();

CREATE TRIGGER dhcp_identifiers_touch AFTER UPDATE ON public.dhcp_identifiers REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.identifiers_touch();

CREATE TRIGGER dhcp_identifiers_touch_gone AFTER DELETE ON public.dhcp_identifiers REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.identifiers_touch();

CREATE TRIGGER dhcp_identifiers_touch_new AFTER INSERT ON public.dhcp_identifiers REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.identifiers_touch();

CREATE TRIGGER elements_sampled AFTER INSERT ON public.elements REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.elements_sampled();

CREATE TRIGGER invoice_entries_are_kept BEFORE TRUNCATE ON public.invoice_entries FOR EACH STATEMENT EXECUTE FUNCTION public.locked_periods_stay();

CREATE TRIGGER invoice_entries_stamp BEFORE INSERT OR DELETE OR UPDATE ON public.invoice_entries FOR EACH ROW EXECUTE FUNCTION public.invoice_entries_stamp();

CREATE TRIGGER invoice_entries_stay BEFORE INSERT OR DELETE OR UPDATE ON public.invoice_entries FOR EACH ROW EXECUTE FUNCTION public.locked_periods_stay();

CREATE TRIGGER invoice_periods_are_kept BEFORE TRUNCATE ON public.invoice_periods FOR EACH STATEMENT EXECUTE FUNCTION public.invoice_periods_stay();

CREATE TRIGGER invoice_periods_stay BEFORE DELETE OR UPDATE ON public.invoice_periods FOR EACH ROW EXECUTE FUNCTION public.invoice_periods_stay();

CREATE TRIGGER invoice_rows_do_not_change BEFORE UPDATE OR TRUNCATE ON public.invoice_rows FOR EACH STATEMENT EXECUTE FUNCTION public.invoice_rows_stay();

CREATE TRIGGER invoice_rows_stay_new AFTER INSERT ON public.invoice_rows REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION public.invoice_rows_stay();

CREATE TRIGGER invoice_rows_stay_old AFTER DELETE ON public.invoice_rows REFERENCING OLD TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION public.invoice_rows_stay();

CREATE TRIGGER invoice_specifications_are_kept BEFORE TRUNCATE ON public.invoice_specifications FOR EACH STATEMENT EXECUTE FUNCTION public.locked_periods_stay();

CREATE TRIGGER invoice_specifications_stay BEFORE INSERT OR DELETE OR UPDATE ON public.invoice_specifications FOR EACH ROW EXECUTE FUNCTION public.locked_periods_stay();

CREATE TRIGGER journal_is_immutable BEFORE UPDATE ON public.journal FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_immutable();

CREATE TRIGGER orders_claim AFTER INSERT ON public.orders FOR EACH ROW EXECUTE FUNCTION public.orders_claim();

CREATE TRIGGER orders_end AFTER INSERT OR UPDATE OF state, requested_at ON public.orders FOR EACH ROW WHEN ((new.operation = 'DEACTIVATE'::text)) EXECUTE FUNCTION public.orders_end();

CREATE TRIGGER orders_journal AFTER UPDATE ON public.orders REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.orders_journal();

CREATE TRIGGER orders_journal_new AFTER INSERT ON public.orders REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.orders_journal_new();

CREATE TRIGGER orders_move BEFORE INSERT OR DELETE OR UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.orders_move();

CREATE TRIGGER prices_changed AFTER INSERT OR DELETE OR UPDATE ON public.prices FOR EACH STATEMENT EXECUTE FUNCTION public.prices_changed();

CREATE TRIGGER providers_announce AFTER INSERT OR DELETE OR UPDATE ON public.providers FOR EACH STATEMENT EXECUTE FUNCTION public.announce();

CREATE TRIGGER providers_stay BEFORE DELETE ON public.providers FOR EACH ROW EXECUTE FUNCTION public.providers_stay();

CREATE TRIGGER service_types_announce AFTER INSERT OR UPDATE ON public.service_types FOR EACH STATEMENT EXECUTE FUNCTION public.announce();

CREATE TRIGGER service_types_stamp BEFORE INSERT OR DELETE OR UPDATE ON public.service_types FOR EACH ROW EXECUTE FUNCTION public.catalogue_stamp();

CREATE TRIGGER services_announce AFTER INSERT OR UPDATE ON public.services FOR EACH STATEMENT EXECUTE FUNCTION public.announce();

CREATE TRIGGER services_stamp BEFORE INSERT OR DELETE OR UPDATE ON public.services FOR EACH ROW EXECUTE FUNCTION public.catalogue_stamp();

CREATE TRIGGER subscription_pasts_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON public.subscription_pasts FOR EACH STATEMENT EXECUTE FUNCTION public.pasts_stay();

CREATE TRIGGER subscriptions_journal AFTER UPDATE ON public.subscriptions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.subscriptions_journal();

CREATE TRIGGER subscriptions_journal_new AFTER INSERT ON public.subscriptions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.subscriptions_journal_new();

CREATE TRIGGER subscriptions_move BEFORE INSERT OR DELETE OR UPDATE ON public.subscriptions FOR EACH ROW EXECUTE FUNCTION public.subscriptions_move();

CREATE TRIGGER subscriptions_past AFTER UPDATE ON public.subscriptions FOR EACH ROW WHEN ((((((old.service IS DISTINCT FROM new.service) OR (old.down_kbps IS DISTINCT FROM new.down_kbps)) OR (old.up_kbps IS DISTINCT FROM new.up_kbps)) OR ((old.sp_reference)::text IS DISTINCT FROM (new.sp_reference)::text)) OR ((old.sp_subscription_id)::text IS DISTINCT FROM (new.sp_subscription_id)::text))) EXECUTE FUNCTION public.subscriptions_past();

CREATE TRIGGER ticket_entries_enter BEFORE INSERT ON public.ticket_entries FOR EACH ROW EXECUTE FUNCTION public.ticket_entries_enter();

CREATE TRIGGER ticket_entries_stay BEFORE DELETE OR UPDATE ON public.ticket_entries FOR EACH STATEMENT EXECUTE FUNCTION public.written_stays();

CREATE TRIGGER ticket_notes_stay BEFORE DELETE OR UPDATE ON public.ticket_notes FOR EACH STATEMENT EXECUTE FUNCTION public.written_stays();

CREATE TRIGGER tickets_journal AFTER UPDATE ON public.tickets REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.tickets_journal();

CREATE TRIGGER tickets_journal_new AFTER INSERT ON public.tickets REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.tickets_journal();

CREATE TRIGGER tickets_move BEFORE INSERT OR DELETE OR UPDATE ON public.tickets FOR EACH ROW EXECUTE FUNCTION public.tickets_move();

ALTER TABLE ONLY public.access_departures
    ADD CONSTRAINT access_departures_access_id_fkey FOREIGN KEY (access_id) REFERENCES public.accesses(access_id);

ALTER TABLE ONLY public.access_ports
    ADD CONSTRAINT access_ports_cpe_fkey FOREIGN KEY (cpe) REFERENCES public.elements(element);

ALTER TABLE ONLY public.access_ports
    ADD CONSTRAINT access_ports_element_fkey FOREIGN KEY (element) REFERENCES public.elements(element);

ALTER TABLE ONLY public.agreements
    ADD CONSTRAINT agreements_sp_fkey FOREIGN KEY (sp) REFERENCES public.providers(sp);

ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_sp_fkey FOREIGN KEY (sp) REFERENCES public.providers(sp);

ALTER TABLE ONLY public.invoice_entries
    ADD CONSTRAINT invoice_entries_period_fkey FOREIGN KEY (period) REFERENCES public.invoice_periods(period);

ALTER TABLE ONLY public.invoice_specifications
    ADD CONSTRAINT invoice_specifications_period_fkey FOREIGN KEY (period) REFERENCES public.invoice_periods(period);

ALTER TABLE ONLY public.prices
    ADD CONSTRAINT prices_service_fkey FOREIGN KEY (service) REFERENCES public.services(service);

ALTER TABLE ONLY public.samplings
    ADD CONSTRAINT samplings_element_fkey FOREIGN KEY (element) REFERENCES public.elements(element) ON DELETE CASCADE;

ALTER TABLE ONLY public.services
    ADD CONSTRAINT services_service_type_fkey FOREIGN KEY (service_type) REFERENCES public.service_types(service_type);

ALTER TABLE ONLY public.ticket_notes
    ADD CONSTRAINT ticket_notes_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES public.tickets(ticket_id);

ALTER TABLE ONLY public.ticket_readings
    ADD CONSTRAINT ticket_readings_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES public.tickets(ticket_id);

CREATE POLICY callers_only ON public.idempotency_keys TO onapi_api USING ((sp = ANY (( SELECT public.callers() AS callers)::text[])));

CREATE POLICY callers_only ON public.invoice_rows TO onapi_api USING ((sp = ANY (( SELECT public.callers() AS callers)::text[])));

CREATE POLICY callers_only ON public.invoice_specifications TO onapi_api USING ((sp = ANY (( SELECT public.callers() AS callers)::text[])));

CREATE POLICY callers_only ON public.journal TO onapi_api USING (((sp IS NULL) OR (sp = ANY (( SELECT public.callers() AS callers)::text[]))));

CREATE POLICY callers_only ON public.orders TO onapi_api USING ((sp = ANY (( SELECT public.callers() AS callers)::text[])));

CREATE POLICY callers_only ON public.subscriptions TO onapi_api USING ((sp = ANY (( SELECT public.callers() AS callers)::text[])));

CREATE POLICY callers_only ON public.ticket_entries TO onapi_api USING ((sp = ANY (( SELECT public.callers() AS callers)::text[])));

CREATE POLICY callers_only ON public.tickets TO onapi_api USING ((sp = ANY (( SELECT public.callers() AS callers)::text[])));

ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.invoice_rows ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.invoice_specifications ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.journal ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.subscriptions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.ticket_entries ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.tickets ENABLE ROW LEVEL SECURITY;
