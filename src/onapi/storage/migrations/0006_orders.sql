-- What SPs sell and order. The order is the work item too: docs/explanation/orders.md.

-- There are no foreign keys here: what these rows name can never vanish, so it is enough that triggers look for it when
-- a row is inserted. A foreign key would also lock, and so write, the named row each time: the page of each access, and
-- one and the same service for everybody.
CREATE FUNCTION providers_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A provider stays, for its orders do; revoke its credentials.';
END
$$;
CREATE TRIGGER providers_stay BEFORE DELETE ON providers FOR EACH ROW EXECUTE FUNCTION providers_stay();

-- An SP's own reference, kept as it was sent.
CREATE DOMAIN reference_text AS text CHECK (value <> '' AND length(value) <= 255);

CREATE TABLE subscriptions (
    subscription_id     id_text PRIMARY KEY,
    sp                  text COLLATE "C" NOT NULL,
    access_id           id_text NOT NULL,
    service             text COLLATE "C" NOT NULL,
    service_type        text COLLATE "C" NOT NULL,
    claim               text COLLATE "C" NOT NULL,
    state               text NOT NULL CHECK (state IN ('ACTIVATED', 'SUSPENDED', 'ENDED')),
    connected_at        timestamptz NOT NULL,
    ends_at             timestamptz,
    ended_at            timestamptz,
    sp_reference        reference_text,
    sp_subscription_id  reference_text,
    note                reference_text,
    characteristics     json CHECK (json_typeof(characteristics) = 'object'),
    equipment           json CHECK (json_typeof(equipment) = 'array'),
    down_kbps           integer,
    up_kbps             integer,
    changed_at          timestamptz NOT NULL,
    CONSTRAINT ended_when CHECK ((state = 'ENDED') = (ended_at IS NOT NULL))
);
COMMENT ON COLUMN subscriptions.claim IS
    'Empty for an exclusive type, so that there is one on an access; else the SP and its spSubscriptionId.';
COMMENT ON COLUMN subscriptions.down_kbps IS
    'What the network was made to deliver; the catalogue may have changed since.';
COMMENT ON COLUMN subscriptions.ends_at IS 'When an unfinished, dated DEACTIVATE will end it.';
-- One holder, whatever anybody does.
CREATE UNIQUE INDEX subscriptions_live ON subscriptions (access_id, service_type, claim)
    WHERE state IN ('ACTIVATED', 'SUSPENDED');
CREATE INDEX subscriptions_of_sp ON subscriptions (sp, access_id) WHERE state IN ('ACTIVATED', 'SUSPENDED');
CREATE INDEX subscriptions_by_reference ON subscriptions (sp, sp_subscription_id)
    WHERE sp_subscription_id IS NOT NULL;
CREATE INDEX subscriptions_changed ON subscriptions (changed_at);

CREATE FUNCTION subscriptions_move() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER subscriptions_move BEFORE INSERT OR UPDATE OR DELETE ON subscriptions
    FOR EACH ROW EXECUTE FUNCTION subscriptions_move();

CREATE FUNCTION subscriptions_journal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO journal (tx, at, type, object_type, object_id, sp, access_id)
    SELECT journal_tx(), n.changed_at,
           CASE WHEN n.state = 'ENDED' THEN 'DELETE' ELSE 'UPDATE' END,
           'subscriptions', n.subscription_id, n.sp, n.access_id
      FROM new_rows n;
    RETURN NULL;
END
$$;
CREATE TRIGGER subscriptions_journal AFTER UPDATE ON subscriptions
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION subscriptions_journal();

CREATE FUNCTION subscriptions_journal_new() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO journal (tx, at, type, object_type, object_id, sp, access_id)
    SELECT journal_tx(), n.changed_at, 'CREATE', 'subscriptions', n.subscription_id, n.sp, n.access_id
      FROM new_rows n WHERE n.state IN ('ACTIVATED', 'SUSPENDED');
    RETURN NULL;
END
$$;
CREATE TRIGGER subscriptions_journal_new AFTER INSERT ON subscriptions
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION subscriptions_journal_new();

CREATE TABLE orders (
    order_id            id_text PRIMARY KEY,
    position            bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    sp                  text COLLATE "C" NOT NULL,
    access_id           id_text NOT NULL,
    service             text COLLATE "C" NOT NULL,
    service_type        text COLLATE "C" NOT NULL,
    claim               text COLLATE "C" NOT NULL,
    operation           text NOT NULL CHECK (operation IN (
                            'ACTIVATE', 'DEACTIVATE', 'SUSPEND', 'RESUME', 'MODIFY', 'CHANGE')),
    subscription_id     id_text NOT NULL,
    state               text NOT NULL DEFAULT 'RECEIVED' CHECK (state IN (
                            'RECEIVED', 'IN_PROGRESS', 'DONE_SUCCESS', 'DONE_FAILED', 'CANCELLED')),
    requested_at        timestamptz,
    expected_at         timestamptz NOT NULL,
    sp_reference        reference_text,
    sp_subscription_id  reference_text,
    external_note       reference_text,
    characteristics     json CHECK (json_typeof(characteristics) = 'object'),
    equipment           json CHECK (json_typeof(equipment) = 'array'),
    forced_takeover     boolean NOT NULL DEFAULT false,
    wish                text NOT NULL,
    message             text NOT NULL DEFAULT '' CHECK (length(message) <= 255),
    code                text,
    received_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at         timestamptz,
    plan                text[] NOT NULL CHECK (cardinality(plan) > 0),
    step                integer NOT NULL DEFAULT 0,
    undoing             boolean NOT NULL DEFAULT false,
    tries               integer NOT NULL DEFAULT 0,
    trouble             text,
    abandoned           reference_text,
    due_at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease               uuid,
    leased_until        timestamptz,
    told_by             bigint NOT NULL,
    wanted_on           id_text GENERATED ALWAYS AS (
                            CASE WHEN operation = 'ACTIVATE' AND state IN ('RECEIVED', 'IN_PROGRESS')
                                 THEN access_id END) STORED,
    works_on            id_text GENERATED ALWAYS AS (
                            CASE WHEN state IN ('RECEIVED', 'IN_PROGRESS') THEN subscription_id END) STORED
);
COMMENT ON COLUMN orders.works_on IS 'Of an unfinished order: its subscription.';
COMMENT ON COLUMN orders.wanted_on IS 'Of an unfinished ACTIVATE: its access.';
COMMENT ON COLUMN orders.claim IS 'As the subscription has it, or will have it.';
COMMENT ON COLUMN orders.subscription_id IS 'Of an ACTIVATE: the name of the subscription that it will make.';
COMMENT ON COLUMN orders.wish IS 'Fingerprint of what the SP asked for: the same request again finds this order.';
COMMENT ON COLUMN orders.plan IS 'The steps, by name, as they were when the order was accepted.';
COMMENT ON COLUMN orders.step IS 'How many steps of the plan are finished.';
COMMENT ON COLUMN orders.undoing IS 'Whether the finished steps are being taken back.';
COMMENT ON COLUMN orders.tries IS 'How often the present step has failed.';
COMMENT ON COLUMN orders.trouble IS 'Why it failed the last time.';
COMMENT ON COLUMN orders.abandoned IS 'Why the operator gave the order up; it is being taken back.';
COMMENT ON COLUMN orders.due_at IS 'When it may be worked on; infinity: stuck, until the operator decides.';
COMMENT ON COLUMN orders.lease IS 'The worker that has it, until `leased_until`.';
COMMENT ON COLUMN orders.told_by IS 'The journal position of the last change of state.';
-- One winner: whoever inserts first stands, and the others look at what stands there.
-- Each of these small indexes can be used for one thing only, lest the planner read all of one of them for what another
-- finds at once: they look empty to it before a busy hour.
CREATE UNIQUE INDEX orders_wanted ON orders (wanted_on, service_type, claim) WHERE wanted_on IS NOT NULL;
CREATE UNIQUE INDEX orders_unfinished ON orders (works_on) WHERE works_on IS NOT NULL;
-- One order at a time on an access, whatever the workers do.
CREATE UNIQUE INDEX orders_in_progress ON orders (access_id) WHERE state = 'IN_PROGRESS';
CREATE INDEX orders_due ON orders (due_at, position) WHERE finished_at IS NULL;
CREATE INDEX orders_of_access ON orders (access_id, position);
CREATE INDEX orders_of_sp ON orders (sp, state, position);

CREATE FUNCTION orders_move() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER orders_move BEFORE INSERT OR UPDATE OR DELETE ON orders
    FOR EACH ROW EXECUTE FUNCTION orders_move();

-- The unique indexes have let the order in; now see what it is about, and who holds the service type, with eyes that are
-- newer than the statement's: a holder may have come while it waited.
CREATE FUNCTION orders_claim() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
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
CREATE TRIGGER orders_claim AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION orders_claim();

-- A dated DEACTIVATE tells everyone when the subscription ends; one that is given up takes that back.
CREATE FUNCTION orders_end() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE subscriptions s
       SET ends_at = CASE WHEN NEW.state IN ('RECEIVED', 'IN_PROGRESS') THEN NEW.requested_at END
     WHERE s.subscription_id = NEW.subscription_id AND s.state <> 'ENDED'
       AND s.ends_at IS DISTINCT FROM CASE WHEN NEW.state IN ('RECEIVED', 'IN_PROGRESS') THEN NEW.requested_at END;
    RETURN NULL;
END
$$;
CREATE TRIGGER orders_end AFTER INSERT OR UPDATE OF state, requested_at ON orders
    FOR EACH ROW WHEN (NEW.operation = 'DEACTIVATE') EXECUTE FUNCTION orders_end();

CREATE FUNCTION orders_journal_new() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO journal (tx, at, type, object_type, object_id, sp, access_id, service, operation, state, message)
    SELECT journal_tx(), stamp(), 'CREATE', 'orders', n.order_id, n.sp, n.access_id, n.service, n.operation, n.state, ''
      FROM new_rows n ORDER BY n.position;
    RETURN NULL;
END
$$;
CREATE TRIGGER orders_journal_new AFTER INSERT ON orders
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION orders_journal_new();

-- The engine's own notes on an order are no news to its SP.
CREATE FUNCTION orders_journal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
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
CREATE TRIGGER orders_journal AFTER UPDATE ON orders
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION orders_journal();

CREATE TABLE order_steps (
    order_id    id_text NOT NULL,
    number      integer NOT NULL,
    undo        boolean NOT NULL,
    name        text NOT NULL,
    tries       integer NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    did         text,
    PRIMARY KEY (order_id, number, undo)
);
COMMENT ON COLUMN order_steps.undo IS 'Whether this took the step back.';
COMMENT ON COLUMN order_steps.did IS 'What was done, in words; while it is not finished, why the last try was not.';

CREATE TABLE idempotency_keys (
    sp         text COLLATE "C" NOT NULL,
    key        reference_text COLLATE "C" NOT NULL,
    wish       text NOT NULL,
    status     integer NOT NULL,
    order_id   text,
    answer     text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (sp, key)
);
COMMENT ON TABLE idempotency_keys IS 'Answers to POSTs that came with an Idempotency-Key, for a week.';
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
