-- What SPs are invoiced: what was so once, as far as invoices need it, and each month's rows.
-- docs/explanation/how-a-month-is-computed.md

ALTER TABLE prices DROP CONSTRAINT prices_fee_check;
ALTER TABLE prices ADD CONSTRAINT prices_fee_check CHECK (
    fee IN ('PERIODIC', 'USAGE', 'TRANSMISSION', 'START', 'UPGRADE', 'DOWNGRADE', 'END'));

-- The past of subscriptions and accesses: a row for each state that has ended. What is so now stands in their own
-- tables, so that what never changed costs nothing here.
CREATE TABLE subscription_pasts (
    subscription_id    id_text NOT NULL,
    seq                bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    until              timestamptz NOT NULL,
    service            text COLLATE "C" NOT NULL,
    down_kbps          integer,
    up_kbps            integer,
    sp_reference       reference_text,
    sp_subscription_id reference_text,
    PRIMARY KEY (subscription_id, seq)
);
COMMENT ON TABLE subscription_pasts IS 'How a subscription was until a moment, since the row before it or its beginning.';

CREATE TABLE access_pasts (
    access_id            id_text NOT NULL,
    seq                  bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    until                timestamptz NOT NULL,
    street_name          plain_text NOT NULL,
    street_number        text COLLATE "C",
    street_littera       plain_text,
    postal_code          plain_text COLLATE "C" NOT NULL,
    city                 plain_text NOT NULL,
    country_code         text COLLATE "C" NOT NULL,
    mdu_apartment_number text COLLATE "C",
    mdu_distinguisher    plain_text,
    outlet               plain_text,
    population           plain_text,
    premises_type        text NOT NULL,
    price_group          integer NOT NULL,
    PRIMARY KEY (access_id, seq)
);
COMMENT ON TABLE access_pasts IS 'What invoices show of an access, as it was until a moment.';

CREATE FUNCTION pasts_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What was so does not change.';
END
$$;
CREATE TRIGGER subscription_pasts_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON subscription_pasts
    FOR EACH STATEMENT EXECUTE FUNCTION pasts_stay();
CREATE TRIGGER access_pasts_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON access_pasts
    FOR EACH STATEMENT EXECUTE FUNCTION pasts_stay();

CREATE FUNCTION subscriptions_past() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO subscription_pasts (
           subscription_id, until, service, down_kbps, up_kbps, sp_reference, sp_subscription_id)
    VALUES (OLD.subscription_id, NEW.changed_at, OLD.service, OLD.down_kbps, OLD.up_kbps, OLD.sp_reference,
            OLD.sp_subscription_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER subscriptions_past AFTER UPDATE ON subscriptions FOR EACH ROW
    WHEN ((OLD.service, OLD.down_kbps, OLD.up_kbps, OLD.sp_reference, OLD.sp_subscription_id)
          IS DISTINCT FROM (NEW.service, NEW.down_kbps, NEW.up_kbps, NEW.sp_reference, NEW.sp_subscription_id))
    EXECUTE FUNCTION subscriptions_past();

CREATE FUNCTION accesses_past() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
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
CREATE TRIGGER accesses_past AFTER UPDATE ON accesses FOR EACH ROW
    WHEN ((OLD.street_name, OLD.street_number, OLD.street_littera, OLD.postal_code, OLD.city, OLD.country_code,
           OLD.mdu_apartment_number, OLD.mdu_distinguisher, OLD.outlet, OLD.population, OLD.premises_type,
           OLD.price_group)
          IS DISTINCT FROM
          (NEW.street_name, NEW.street_number, NEW.street_littera, NEW.postal_code, NEW.city, NEW.country_code,
           NEW.mdu_apartment_number, NEW.mdu_distinguisher, NEW.outlet, NEW.population, NEW.premises_type,
           NEW.price_group))
    EXECUTE FUNCTION accesses_past();

-- The member `access` of an invoice's row; a single expression of immutable functions, as access_doc is.
CREATE FUNCTION invoiced_access(
    access_id text, street_name text, street_number text, street_littera text, postal_code text, city text,
    country_code text, mdu_apartment_number text, mdu_distinguisher text, outlet text, population text,
    premises_type text, price_group integer
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{"accessId":"' || access_id
    || '","streetName":' || json_text(street_name)
    || coalesce(',"streetNumber":"' || street_number || '"', '')
    || coalesce(',"streetLittera":' || json_text(street_littera), '')
    || ',"postalCode":' || json_text(postal_code)
    || ',"city":' || json_text(city)
    || ',"countryCode":"' || country_code || '"'
    || coalesce(',"mduApartmentNumber":"' || mdu_apartment_number || '"', '')
    || coalesce(',"mduDistinguisher":' || json_text(mdu_distinguisher), '')
    || coalesce(',"outlet":' || json_text(outlet), '')
    || coalesce(',"population":' || json_text(population), '')
    || ',"premisesType":"' || premises_type
    || '","priceGroup":' || price_group::text || '}';

-- A month. It is there from when somebody first computed or wrote something for it.
CREATE TABLE invoice_periods (
    period    text COLLATE "C" PRIMARY KEY CHECK (period ~ '^[0-9][0-9][0-9][0-9](0[1-9]|1[0-2])$' AND length(period) = 6),
    locked_at timestamptz
);
COMMENT ON COLUMN invoice_periods.locked_at IS 'From then on the month does not change any more, and SPs see it.';

-- Which of the computed rows are an SP's month: those of the run that ended last.
CREATE TABLE invoice_specifications (
    period      text COLLATE "C" NOT NULL REFERENCES invoice_periods,
    sp          text COLLATE "C" NOT NULL,
    run         bigint NOT NULL,
    rows        integer NOT NULL CHECK (rows >= 0),
    amount      numeric(18, 2) NOT NULL,
    compiled_at timestamptz NOT NULL,
    PRIMARY KEY (period, sp)
);
COMMENT ON COLUMN invoice_specifications.compiled_at IS 'It has all that was so then, and nothing later.';
CREATE SEQUENCE invoice_runs;

-- Every row that a run computed. A run that broke off, or was replaced, leaves rows that nothing points at; the next run
-- removes them.
CREATE TABLE invoice_rows (
    run             bigint NOT NULL,
    sp              text COLLATE "C" NOT NULL,
    position        integer NOT NULL,
    row_id          text COLLATE "C" NOT NULL,
    subscription_id id_text NOT NULL,
    row_type        text NOT NULL CHECK (row_type IN (
                        'PERIODIC_FEE', 'PARTIAL_PERIODIC_FEE', 'USAGE_FEE', 'TRANSMISSION_FEE', 'START_FEE',
                        'UPGRADE_FEE', 'DOWNGRADE_FEE', 'MOVE_FEE', 'END_FEE', 'TROUBLESHOOTING_FEE', 'OTHER')),
    amount          numeric(14, 2) NOT NULL,
    doc             text NOT NULL,
    PRIMARY KEY (run, sp, position)
);
COMMENT ON COLUMN invoice_rows.row_id IS 'The same in every run that computes the same row.';
COMMENT ON COLUMN invoice_rows.doc IS 'The row as it is sent.';

-- What is charged or given back by hand: the input of the next run of its month.
CREATE TABLE invoice_entries (
    entry_id        id_text PRIMARY KEY,
    period          text COLLATE "C" NOT NULL REFERENCES invoice_periods,
    sp              text COLLATE "C" NOT NULL,
    subscription_id id_text NOT NULL,
    row_type        text NOT NULL CHECK (row_type IN (
                        'PERIODIC_FEE', 'PARTIAL_PERIODIC_FEE', 'USAGE_FEE', 'TRANSMISSION_FEE', 'START_FEE',
                        'UPGRADE_FEE', 'DOWNGRADE_FEE', 'MOVE_FEE', 'END_FEE', 'TROUBLESHOOTING_FEE', 'OTHER')),
    list_price      numeric(12, 2) NOT NULL CHECK (list_price >= 0),
    amount          numeric(12, 2) NOT NULL,
    from_date       date NOT NULL,
    to_date         date NOT NULL CHECK (to_date >= from_date),
    comment         plain_text,
    ticket          id_text,
    created_at      timestamptz NOT NULL,
    withdrawn_at    timestamptz,
    CONSTRAINT comment_says_why CHECK (comment IS NOT NULL OR (amount >= 0 AND row_type <> 'OTHER'))
);
COMMENT ON COLUMN invoice_entries.amount IS 'Below zero: a CREDIT.';
-- The same again is a command that was repeated, unless its comment says otherwise.
CREATE UNIQUE INDEX invoice_entries_once ON invoice_entries
    (period, subscription_id, row_type, amount, from_date, to_date, comment, ticket) NULLS NOT DISTINCT
    WHERE withdrawn_at IS NULL;

-- A lock is for good. Whoever changes something of a month holds its row, so that a lock comes before or after.
CREATE FUNCTION invoice_periods_stay() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER invoice_periods_stay BEFORE UPDATE OR DELETE ON invoice_periods
    FOR EACH ROW EXECUTE FUNCTION invoice_periods_stay();
CREATE TRIGGER invoice_periods_are_kept BEFORE TRUNCATE ON invoice_periods
    FOR EACH STATEMENT EXECUTE FUNCTION invoice_periods_stay();

CREATE FUNCTION invoice_period_is_open(wanted text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    locked timestamptz;
BEGIN
    SELECT p.locked_at INTO locked FROM invoice_periods p WHERE p.period = wanted FOR SHARE;
    RETURN locked IS NULL;
END
$$;

-- An entry is written once, and may be withdrawn.
CREATE FUNCTION invoice_entries_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER invoice_entries_stamp BEFORE INSERT OR UPDATE OR DELETE ON invoice_entries
    FOR EACH ROW EXECUTE FUNCTION invoice_entries_stamp();

-- For the tables whose rows name their period.
CREATE FUNCTION locked_periods_stay() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER invoice_specifications_stay BEFORE INSERT OR UPDATE OR DELETE ON invoice_specifications
    FOR EACH ROW EXECUTE FUNCTION locked_periods_stay();
CREATE TRIGGER invoice_specifications_are_kept BEFORE TRUNCATE ON invoice_specifications
    FOR EACH STATEMENT EXECUTE FUNCTION locked_periods_stay();
CREATE TRIGGER invoice_entries_stay BEFORE INSERT OR UPDATE OR DELETE ON invoice_entries
    FOR EACH ROW EXECUTE FUNCTION locked_periods_stay();
CREATE TRIGGER invoice_entries_are_kept BEFORE TRUNCATE ON invoice_entries
    FOR EACH STATEMENT EXECUTE FUNCTION locked_periods_stay();

-- Rows come and go in great numbers, so they are looked at together.
CREATE FUNCTION invoice_rows_stay() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER invoice_rows_stay_new AFTER INSERT ON invoice_rows
    REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION invoice_rows_stay();
CREATE TRIGGER invoice_rows_stay_old AFTER DELETE ON invoice_rows
    REFERENCING OLD TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION invoice_rows_stay();
CREATE TRIGGER invoice_rows_do_not_change BEFORE UPDATE OR TRUNCATE ON invoice_rows
    FOR EACH STATEMENT EXECUTE FUNCTION invoice_rows_stay();

-- The second wall, as in 0009.
GRANT SELECT ON invoice_periods, invoice_specifications, invoice_rows TO onapi_api;
ALTER TABLE invoice_specifications ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoice_rows ENABLE ROW LEVEL SECURITY;
CREATE POLICY callers_only ON invoice_specifications TO onapi_api USING (sp = ANY ((SELECT callers())::text[]));
CREATE POLICY callers_only ON invoice_rows TO onapi_api USING (sp = ANY ((SELECT callers())::text[]));
