-- Technical information: who may ask for it, and what is kept of the elements' counters for it.

ALTER TABLE providers ADD COLUMN technical text NOT NULL DEFAULT 'own' CHECK (technical IN ('own', 'all'));
COMMENT ON COLUMN providers.technical IS
    'own: of accesses where it delivers, and of its own kinds of service; all: of whatever it sees.';

-- Whether an SP may have technical information of an access. What else lets it ask, such as an open ticket, is added
-- here by CREATE OR REPLACE, and holds everywhere.
CREATE FUNCTION may_see_technically(sp text, access_id text) RETURNS boolean LANGUAGE sql STABLE
RETURN EXISTS (
    SELECT FROM subscriptions s
     WHERE s.sp = may_see_technically.sp AND s.access_id = may_see_technically.access_id
       AND s.state IN ('ACTIVATED', 'SUSPENDED')
) OR EXISTS (
    SELECT FROM providers p JOIN accesses a ON a.access_id = may_see_technically.access_id
     WHERE p.sp = may_see_technically.sp AND p.technical = 'all' AND sees(p.sp, a.population)
);

-- The kinds of service that others than an SP deliver on an access. It tells nothing else of them, so it may look
-- behind the second wall.
CREATE FUNCTION kinds_of_others(sp text, access_id text) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
RETURN ARRAY(
    SELECT DISTINCT t.tech
      FROM subscriptions s JOIN service_types t ON t.service_type = s.service_type
     WHERE s.access_id = kinds_of_others.access_id AND s.sp <> kinds_of_others.sp
       AND s.state IN ('ACTIVATED', 'SUSPENDED')
     ORDER BY t.tech
);

-- When each element's counters are read next. Whoever reads them moves the time first, so that nobody else does.
CREATE TABLE samplings (
    element text COLLATE "C" PRIMARY KEY REFERENCES elements ON DELETE CASCADE,
    due_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX samplings_due ON samplings (due_at);
INSERT INTO samplings (element) SELECT element FROM elements;

CREATE FUNCTION elements_sampled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO samplings (element) SELECT n.element FROM new_rows n;
    RETURN NULL;
END
$$;
CREATE TRIGGER elements_sampled AFTER INSERT ON elements
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION elements_sampled();

-- Each port's last reading, and what passed in the five minutes before it. It is worth nothing ten minutes later, so
-- it is not worth the write-ahead log either: after a crash the table is empty, and the next readings fill it.
CREATE UNLOGGED TABLE port_samples (
    element text COLLATE "C" NOT NULL,
    port    text COLLATE "C" NOT NULL,
    read_at timestamptz NOT NULL,
    counted json NOT NULL,
    passed  json,
    PRIMARY KEY (element, port)
) WITH (fillfactor = 50);
COMMENT ON COLUMN port_samples.counted IS 'The counters as the element told them.';
COMMENT ON COLUMN port_samples.passed IS 'What passed in each direction since the reading before; NULL: nobody knows.';

-- The highest rates of each port and week, in bytes a second over five minutes. A row changes a few times a week.
CREATE TABLE port_peaks (
    element     text COLLATE "C" NOT NULL,
    port        text COLLATE "C" NOT NULL,
    week        date NOT NULL,
    input_rate  bigint,
    input_at    timestamptz,
    output_rate bigint,
    output_at   timestamptz,
    PRIMARY KEY (element, port, week),
    CONSTRAINT rates_have_their_time CHECK (
        (input_rate IS NULL) = (input_at IS NULL) AND (output_rate IS NULL) = (output_at IS NULL))
);
COMMENT ON COLUMN port_peaks.week IS 'Its Monday, in UTC.';
CREATE INDEX port_peaks_week ON port_peaks (week);

GRANT SELECT ON port_samples, port_peaks TO onapi_api;
