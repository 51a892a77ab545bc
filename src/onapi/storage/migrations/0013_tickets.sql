-- Trouble tickets. A ticket is opened once, and changes only by entries: each is a comment, a move, or both, and stays.

-- Text of some length, lines and all.
CREATE DOMAIN long_text AS text CHECK (value <> '' AND length(value) <= 10000);

CREATE TABLE tickets (
    ticket_id           id_text PRIMARY KEY,
    sp                  text COLLATE "C" NOT NULL,
    access_id           id_text NOT NULL,
    subscription_id     id_text,
    opened_by           text NOT NULL CHECK (opened_by IN ('SP', 'CO')),
    created_by          reference_text NOT NULL,
    heading             reference_text NOT NULL,
    description         long_text NOT NULL,
    problem_type        text NOT NULL CHECK (problem_type IN ('NO_LINK', 'NO_ACCESS', 'QUALITY', 'OTHER')),
    sp_reference        reference_text,
    sp_ticket_reference reference_text,
    ip                  reference_text,
    mac                 reference_text,
    link                boolean,
    status              text NOT NULL CHECK (status IN ('CREATED', 'IN_PROGRESS_CO', 'IN_PROGRESS_SP', 'CLOSED')),
    responsible         text NOT NULL CHECK (responsible IN ('SP', 'CO')),
    entries             integer NOT NULL,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL
);
COMMENT ON COLUMN tickets.ticket_id IS 'The standard''s coTicketReference.';
COMMENT ON COLUMN tickets.responsible IS 'Whose turn it is; when it is closed, whose trouble it was.';
COMMENT ON COLUMN tickets.entries IS 'How many there are, which is the version that ETag tells.';
CREATE INDEX tickets_of_sp ON tickets (sp, ticket_id);
CREATE INDEX tickets_changed ON tickets (sp, updated_at);
CREATE INDEX tickets_of_access ON tickets (access_id);
CREATE INDEX tickets_open ON tickets (ticket_id) WHERE status <> 'CLOSED';

CREATE TABLE ticket_entries (
    ticket_id   id_text NOT NULL,
    number      integer NOT NULL,
    sp          text COLLATE "C" NOT NULL,
    at          timestamptz NOT NULL,
    party       text NOT NULL CHECK (party IN ('SP', 'CO')),
    author      reference_text,
    message     long_text CHECK (message IS NULL OR author IS NOT NULL),
    status      text NOT NULL,
    responsible text NOT NULL,
    PRIMARY KEY (ticket_id, number)
);
COMMENT ON COLUMN ticket_entries.sp IS 'Whose ticket it is; `party` is who wrote.';
COMMENT ON COLUMN ticket_entries.message IS 'The comment; NULL: the ticket only moved.';
COMMENT ON COLUMN ticket_entries.status IS 'As it is from then on; NULL in an INSERT: as it was.';

-- What the CO keeps to itself: servers, which speak for SPs, have no right to read it.
CREATE TABLE ticket_notes (
    ticket_id id_text NOT NULL REFERENCES tickets,
    number    bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    author    reference_text NOT NULL,
    message   long_text NOT NULL,
    PRIMARY KEY (ticket_id, number)
);

CREATE FUNCTION tickets_move() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER tickets_move BEFORE INSERT OR UPDATE OR DELETE ON tickets
    FOR EACH ROW EXECUTE FUNCTION tickets_move();

-- An entry moves its ticket, whose row it thereby locks: entries of one ticket come one after the other.
CREATE FUNCTION ticket_entries_enter() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
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
CREATE TRIGGER ticket_entries_enter BEFORE INSERT ON ticket_entries
    FOR EACH ROW EXECUTE FUNCTION ticket_entries_enter();

CREATE FUNCTION written_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What was written in % stays as it is.', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER ticket_entries_stay BEFORE UPDATE OR DELETE ON ticket_entries
    FOR EACH STATEMENT EXECUTE FUNCTION written_stays();
CREATE TRIGGER ticket_notes_stay BEFORE UPDATE OR DELETE ON ticket_notes
    FOR EACH STATEMENT EXECUTE FUNCTION written_stays();

CREATE FUNCTION tickets_journal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO journal (tx, at, type, object_type, object_id, sp, access_id)
    SELECT journal_tx(), n.updated_at, CASE TG_OP WHEN 'INSERT' THEN 'CREATE' ELSE 'UPDATE' END,
           'tickets', n.ticket_id, n.sp, n.access_id
      FROM new_rows n;
    RETURN NULL;
END
$$;
CREATE TRIGGER tickets_journal_new AFTER INSERT ON tickets
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION tickets_journal();
CREATE TRIGGER tickets_journal AFTER UPDATE ON tickets
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION tickets_journal();
CREATE TRIGGER tickets_announce AFTER INSERT OR UPDATE ON tickets
    FOR EACH STATEMENT EXECUTE FUNCTION announce();

-- A ticket in a list, and whole.
CREATE FUNCTION ticket_row(t tickets) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN '{"coTicketReference":"' || t.ticket_id || '"'
    || coalesce(',"spTicketReference":' || quoted(t.sp_ticket_reference), '')
    || ',"status":"' || t.status || '","responsible":"' || t.responsible || '"}';

CREATE FUNCTION ticket_info(ip text, mac text, link boolean) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN '{' || substr(coalesce(',"ip":' || quoted(ip), '') || coalesce(',"mac":' || quoted(mac), '')
                     || coalesce(',"link":' || link::text, ''), 2) || '}';

CREATE FUNCTION ticket_comments(ticket_id text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN (
    SELECT '[' || coalesce(string_agg(
               '{"createdBy":' || quoted(e.author) || ',"message":' || quoted(e.message)
               || ',"createdAt":"' || moment_text(e.at) || '"}', ',' ORDER BY e.number), '') || ']'
      FROM ticket_entries e
     WHERE e.ticket_id = ticket_comments.ticket_id AND e.message IS NOT NULL
);

CREATE FUNCTION ticket_doc(t tickets) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN '{"coTicketReference":"' || t.ticket_id || '"'
    || coalesce(',"spReference":' || quoted(t.sp_reference), '')
    || coalesce(',"spTicketReference":' || quoted(t.sp_ticket_reference), '')
    || ',"accessId":"' || t.access_id || '","createdBy":' || quoted(t.created_by)
    || ',"createdAt":"' || moment_text(t.created_at) || '","updatedAt":"' || moment_text(t.updated_at)
    || '","heading":' || quoted(t.heading) || ',"description":' || quoted(t.description)
    || ',"comments":' || ticket_comments(t.ticket_id)
    || ',"status":"' || t.status || '","responsible":"' || t.responsible || '"'
    || coalesce(',"subscriptionId":"' || t.subscription_id || '"', '')
    || ',"problemType":"' || t.problem_type || '"'
    || CASE WHEN num_nonnulls(t.ip, t.mac, t.link) > 0
            THEN ',"additionalInfo":' || ticket_info(t.ip, t.mac, t.link) ELSE '' END || '}';

-- The answer to an Idempotency-Key may be about any object.
ALTER TABLE idempotency_keys RENAME COLUMN order_id TO object_id;

-- Whoever has a ticket open on an access may have technical information of it, too.
CREATE OR REPLACE FUNCTION may_see_technically(sp text, access_id text) RETURNS boolean LANGUAGE sql STABLE
RETURN EXISTS (
    SELECT FROM subscriptions s
     WHERE s.sp = may_see_technically.sp AND s.access_id = may_see_technically.access_id
       AND s.state IN ('ACTIVATED', 'SUSPENDED')
) OR EXISTS (
    SELECT FROM providers p JOIN accesses a ON a.access_id = may_see_technically.access_id
     WHERE p.sp = may_see_technically.sp AND p.technical = 'all' AND sees(p.sp, a.population)
) OR EXISTS (
    SELECT FROM tickets t
     WHERE t.sp = may_see_technically.sp AND t.access_id = may_see_technically.access_id AND t.status <> 'CLOSED'
);

GRANT SELECT, INSERT ON tickets, ticket_entries TO onapi_api;
-- A row is held while it is decided what becomes of it, which takes the right to update some of it; the trigger refuses.
GRANT UPDATE (updated_at) ON tickets TO onapi_api;
ALTER TABLE tickets ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket_entries ENABLE ROW LEVEL SECURITY;
CREATE POLICY callers_only ON tickets TO onapi_api USING (sp = ANY ((SELECT callers())::text[]));
CREATE POLICY callers_only ON ticket_entries TO onapi_api USING (sp = ANY ((SELECT callers())::text[]));
