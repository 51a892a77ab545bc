-- What the CO sells: `onapi catalogue import` makes it so. What is no longer sold stays as a withdrawn row, because
-- subscriptions to it live on.
CREATE TABLE service_types (
    service_type plain_text COLLATE "C" PRIMARY KEY,
    exclusive    boolean NOT NULL,
    tech         text NOT NULL CHECK (tech IN ('bb', 'iptv', 'voip', 'unknown')),
    changed_at   timestamptz NOT NULL
);
COMMENT ON COLUMN service_types.exclusive IS 'At most one subscription of the type on an access, whoever sells it.';
COMMENT ON COLUMN service_types.tech IS 'The serviceType of technical information.';

CREATE TABLE services (
    service         plain_text COLLATE "C" PRIMARY KEY,
    service_type    text COLLATE "C" NOT NULL REFERENCES service_types,
    down_kbps       integer CHECK (down_kbps > 0),
    up_kbps         integer CHECK (up_kbps > 0),
    populations     text[] CHECK (cardinality(populations) > 0),
    sellers         text[] CHECK (cardinality(sellers) > 0),
    offered_from    timestamptz,
    offered_until   timestamptz CHECK (offered_until > offered_from),
    takeover        boolean NOT NULL DEFAULT false,
    comments        text[] NOT NULL DEFAULT '{}',
    characteristics jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(characteristics) = 'object'),
    withdrawn       boolean NOT NULL DEFAULT false,
    changed_at      timestamptz NOT NULL
);
COMMENT ON COLUMN services.populations IS 'Where it is offered; NULL: everywhere.';
COMMENT ON COLUMN services.sellers IS 'The SPs that may sell it; NULL: all.';
COMMENT ON COLUMN services.takeover IS 'Whether an SP may take an access over from another SP with it.';
COMMENT ON COLUMN services.characteristics IS 'By name: {"required": boolean, "values": the allowed ones, if listed}.';

CREATE TABLE prices (
    service     text COLLATE "C" NOT NULL REFERENCES services,
    fee         text NOT NULL CHECK (fee IN ('PERIODIC', 'START', 'UPGRADE', 'DOWNGRADE', 'END')),
    price_group integer CHECK (price_group >= 0),
    amount      numeric(12, 2) NOT NULL CHECK (amount >= 0),
    valid_from  date,
    valid_until date CHECK (valid_until > valid_from),
    UNIQUE NULLS NOT DISTINCT (service, fee, price_group, valid_from)
);
COMMENT ON COLUMN prices.price_group IS 'NULL: every group that has no price of its own.';
COMMENT ON COLUMN prices.valid_until IS 'The first day without this price; NULL: no end.';

CREATE FUNCTION catalogue_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'What was sold stays in the catalogue: UPDATE services SET withdrawn = true.';
    END IF;
    NEW.changed_at := stamp();
    RETURN NEW;
END
$$;
CREATE TRIGGER service_types_stamp BEFORE INSERT OR UPDATE OR DELETE ON service_types
    FOR EACH ROW EXECUTE FUNCTION catalogue_stamp();
CREATE TRIGGER services_stamp BEFORE INSERT OR UPDATE OR DELETE ON services
    FOR EACH ROW EXECUTE FUNCTION catalogue_stamp();
CREATE TRIGGER service_types_announce AFTER INSERT OR UPDATE ON service_types
    FOR EACH STATEMENT EXECUTE FUNCTION announce();
CREATE TRIGGER services_announce AFTER INSERT OR UPDATE ON services
    FOR EACH STATEMENT EXECUTE FUNCTION announce();
