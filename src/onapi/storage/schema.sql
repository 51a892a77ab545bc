-- The whole schema, for readers. Made from the migrations by `make schema`; change those instead.
CREATE DOMAIN public.id_text AS text COLLATE pg_catalog."C"
	CONSTRAINT id_text_check CHECK (((VALUE ~ '^[-0-9a-zA-Z.]+$'::text) AND (length(VALUE) <= 36)));

CREATE DOMAIN public.plain_text AS text
	CONSTRAINT plain_text_check CHECK (((VALUE <> ''::text) AND (length(VALUE) <= 255) AND ((VALUE COLLATE "C") !~ '[\x01-\x1f\x7f]'::text)));

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
    CONSTRAINT accesses_access_state_check CHECK ((access_state = ANY (ARRAY['PLANNED'::text, 'DEPLOYING'::text, 'HOMESPASSED'::text, 'CONNECTED'::text, 'DISCONNECTED'::text, 'INMIGRATION'::text, 'OUTMIGRATION'::text]))),
    CONSTRAINT accesses_country_code_check CHECK ((country_code ~ '^[A-Z][A-Z]$'::text)),
    CONSTRAINT accesses_mdu_apartment_number_check CHECK ((mdu_apartment_number ~ '^[0-9][0-9][0-9][0-9]$'::text)),
    CONSTRAINT accesses_premises_type_check CHECK ((premises_type = ANY (ARRAY['COMMERCIAL'::text, 'MDU_APARTMENT'::text, 'MDU_COMMON'::text, 'MDU_TECHNICAL'::text, 'PUBLIC'::text, 'RESIDENTIAL_HOUSE'::text, 'UNKNOWN'::text]))),
    CONSTRAINT accesses_price_group_check CHECK ((price_group >= 0)),
    CONSTRAINT accesses_street_number_check CHECK (((street_number ~ '^[0-9]+(-[0-9]+)?$'::text) AND (length(street_number) <= 255) AND ((strpos(street_number, '-'::text) = ANY (ARRAY[0, 2, 3, 4, 5])) AND ((strpos(street_number, '-'::text) = 0) OR (length(split_part(street_number, '-'::text, 2)) <= 4))))),
    CONSTRAINT apartment_is_told_apart CHECK (((premises_type <> 'MDU_APARTMENT'::text) OR (mdu_apartment_number IS NOT NULL) OR (mdu_distinguisher IS NOT NULL))),
    CONSTRAINT postal_code_in_sweden CHECK (((country_code <> 'SE'::text) OR ((postal_code)::text ~ '^[1-9][0-9][0-9][0-9][0-9]$'::text)))
);

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

CREATE FUNCTION public.sees_everything(sp text) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (EXISTS (SELECT FROM public.agreements g WHERE ((g.sp = sees_everything.sp) AND (g.revoked_at IS NULL) AND (g.population IS NULL))));

CREATE FUNCTION public.accesses_for(sp text) RETURNS TABLE(access_id text, doc text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT a.access_id,
     a.doc
    FROM public.accesses a
   WHERE (( SELECT public.sees_everything(accesses_for.sp) AS sees_everything) OR ((a.population)::text = ANY (ARRAY( SELECT g.population
            FROM public.agreements g
           WHERE ((g.sp = accesses_for.sp) AND (g.revoked_at IS NULL))))));
END;

CREATE FUNCTION public.accesses_stamp() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND NEW.access_id <> OLD.access_id) THEN
        RAISE EXCEPTION 'An access never vanishes: UPDATE accesses SET access_state = ''DISCONNECTED''.';
    END IF;
    NEW.changed_at := stamp();
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

CREATE FUNCTION public.horizon() RETURNS timestamp with time zone
    LANGUAGE sql
    RETURN LEAST(statement_timestamp(), (SELECT min(COALESCE(pg_stat_activity.xact_start, pg_stat_activity.backend_start, '-infinity'::timestamp with time zone)) AS min FROM pg_stat_activity WHERE ((pg_stat_activity.datname = current_database()) AND (pg_stat_activity.backend_xid IS NOT NULL))), (SELECT min(pg_prepared_xacts.prepared) AS min FROM pg_prepared_xacts WHERE (pg_prepared_xacts.database = current_database())));

CREATE FUNCTION public.stamp() RETURNS timestamp with time zone
    LANGUAGE sql
    RETURN CASE WHEN (pg_current_xact_id() IS NOT NULL) THEN clock_timestamp() ELSE NULL::timestamp with time zone END;

CREATE TABLE public.credentials (
    sp text NOT NULL COLLATE pg_catalog."C",
    credential_id text NOT NULL COLLATE pg_catalog."C",
    secret_hash text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT credentials_secret_hash_check CHECK ((secret_hash ~~ '$argon2id$%'::text))
);

CREATE TABLE public.facts (
    name text NOT NULL,
    value text NOT NULL
);

COMMENT ON TABLE public.facts IS 'The few single values that all processes share, such as the key of cursors.';

CREATE TABLE public.migrations (
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
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
    CONSTRAINT prices_fee_check CHECK ((fee = ANY (ARRAY['PERIODIC'::text, 'START'::text, 'UPGRADE'::text, 'DOWNGRADE'::text, 'END'::text]))),
    CONSTRAINT prices_price_group_check CHECK ((price_group >= 0))
);

COMMENT ON COLUMN public.prices.price_group IS 'NULL: every group that has no price of its own.';

COMMENT ON COLUMN public.prices.valid_until IS 'The first day without this price; NULL: no end.';

CREATE TABLE public.providers (
    sp text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    dialect text DEFAULT 'bitvis'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT providers_dialect_check CHECK ((dialect = ANY (ARRAY['bitvis'::text, 'standard'::text]))),
    CONSTRAINT providers_name_check CHECK (((name <> ''::text) AND (length(name) <= 255))),
    CONSTRAINT providers_sp_check CHECK (((sp ~ '^[-0-9a-zA-Z.]+$'::text) AND (length(sp) <= 36)))
);

CREATE TABLE public.service_types (
    service_type public.plain_text NOT NULL COLLATE pg_catalog."C",
    exclusive boolean NOT NULL,
    tech text NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT service_types_tech_check CHECK ((tech = ANY (ARRAY['bb'::text, 'iptv'::text, 'voip'::text, 'unknown'::text])))
);

COMMENT ON COLUMN public.service_types.exclusive IS 'At most one subscription of the type on an access, whoever sells it.';

COMMENT ON COLUMN public.service_types.tech IS 'The serviceType of technical information.';

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

ALTER TABLE ONLY public.access_departures
    ADD CONSTRAINT access_departures_pkey PRIMARY KEY (population, access_id);

ALTER TABLE ONLY public.accesses
    ADD CONSTRAINT accesses_pkey PRIMARY KEY (access_id);

ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_pkey PRIMARY KEY (sp, credential_id);

ALTER TABLE ONLY public.facts
    ADD CONSTRAINT facts_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.prices
    ADD CONSTRAINT prices_service_fee_price_group_valid_from_key UNIQUE NULLS NOT DISTINCT (service, fee, price_group, valid_from);

ALTER TABLE ONLY public.providers
    ADD CONSTRAINT providers_pkey PRIMARY KEY (sp);

ALTER TABLE ONLY public.service_types
    ADD CONSTRAINT service_types_pkey PRIMARY KEY (service_type);

ALTER TABLE ONLY public.services
    ADD CONSTRAINT services_pkey PRIMARY KEY (service);

CREATE INDEX access_departures_departed ON public.access_departures USING btree (departed_at);

CREATE INDEX accesses_changed ON public.accesses USING btree (changed_at);

CREATE INDEX accesses_population ON public.accesses USING btree (population, access_id);

CREATE UNIQUE INDEX agreements_live ON public.agreements USING btree (sp, population) NULLS NOT DISTINCT WHERE (revoked_at IS NULL);

CREATE INDEX agreements_sp ON public.agreements USING btree (sp);

CREATE TRIGGER accesses_announce AFTER INSERT OR UPDATE ON public.accesses FOR EACH STATEMENT EXECUTE FUNCTION public.announce();

CREATE TRIGGER accesses_depart AFTER UPDATE ON public.accesses FOR EACH ROW WHEN (((old.population IS NOT NULL) AND ((old.population)::text IS DISTINCT FROM (new.population)::text))) EXECUTE FUNCTION public.accesses_depart();

CREATE TRIGGER accesses_stamp BEFORE INSERT OR DELETE OR UPDATE ON public.accesses FOR EACH ROW EXECUTE FUNCTION public.accesses_stamp();

CREATE TRIGGER agreements_announce AFTER INSERT OR UPDATE ON public.agreements FOR EACH STATEMENT EXECUTE FUNCTION public.announce();

CREATE TRIGGER agreements_stamp BEFORE INSERT OR DELETE OR UPDATE ON public.agreements FOR EACH ROW EXECUTE FUNCTION public.agreements_stamp();

CREATE TRIGGER credentials_announce AFTER INSERT OR DELETE OR UPDATE OF secret_hash, revoked_at ON public.credentials FOR EACH STATEMENT EXECUTE FUNCTION public.announce();

CREATE TRIGGER providers_announce AFTER INSERT OR DELETE OR UPDATE ON public.providers FOR EACH STATEMENT EXECUTE FUNCTION public.announce();

CREATE TRIGGER service_types_announce AFTER INSERT OR UPDATE ON public.service_types FOR EACH STATEMENT EXECUTE FUNCTION public.announce();

CREATE TRIGGER service_types_stamp BEFORE INSERT OR DELETE OR UPDATE ON public.service_types FOR EACH ROW EXECUTE FUNCTION public.catalogue_stamp();

CREATE TRIGGER services_announce AFTER INSERT OR UPDATE ON public.services FOR EACH STATEMENT EXECUTE FUNCTION public.announce();

CREATE TRIGGER services_stamp BEFORE INSERT OR DELETE OR UPDATE ON public.services FOR EACH ROW EXECUTE FUNCTION public.catalogue_stamp();

ALTER TABLE ONLY public.access_departures
    ADD CONSTRAINT access_departures_access_id_fkey FOREIGN KEY (access_id) REFERENCES public.accesses(access_id);

ALTER TABLE ONLY public.agreements
    ADD CONSTRAINT agreements_sp_fkey FOREIGN KEY (sp) REFERENCES public.providers(sp);

ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_sp_fkey FOREIGN KEY (sp) REFERENCES public.providers(sp);

ALTER TABLE ONLY public.prices
    ADD CONSTRAINT prices_service_fkey FOREIGN KEY (service) REFERENCES public.services(service);

ALTER TABLE ONLY public.services
    ADD CONSTRAINT services_service_type_fkey FOREIGN KEY (service_type) REFERENCES public.service_types(service_type);
