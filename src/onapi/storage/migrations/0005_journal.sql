-- One journal of everything that SPs are told: /events reads it by time, /orderevents by position.
-- Triggers write it in the writer's transaction, whoever the writer is (docs/decisions/0012-one-journal.md).

-- What is added to transaction ids, which begin anew when a database is restored into another cluster, so that
-- positions only grow; `resume_journal` writes it.
CREATE FUNCTION journal_shift() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
RETURN COALESCE((SELECT f.value::bigint FROM facts f WHERE f.name = 'journal_shift'), 0);

-- The position of the writing transaction in the journal.
CREATE FUNCTION journal_tx() RETURNS bigint LANGUAGE sql VOLATILE
RETURN pg_current_xact_id()::text::bigint + journal_shift();

-- Below this position nothing can be added any more: every transaction there has ended.
CREATE FUNCTION journal_end() RETURNS bigint LANGUAGE sql STABLE
RETURN pg_snapshot_xmin(pg_current_snapshot())::text::bigint + journal_shift();

CREATE TABLE journal (
    tx          bigint NOT NULL,
    seq         bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    at          timestamptz NOT NULL,
    type        text NOT NULL CHECK (type IN ('CREATE', 'UPDATE', 'DELETE')),
    object_type text NOT NULL CHECK (object_type IN ('accesses', 'orders', 'subscriptions', 'tickets')),
    object_id   text COLLATE "C" NOT NULL,
    sp          text COLLATE "C" CHECK ((sp IS NULL) = (object_type = 'accesses')),
    was         text,
    population  text,
    access_id   text COLLATE "C",
    service     text,
    operation   text,
    state       text,
    message     text,
    code        text
);
COMMENT ON COLUMN journal.sp IS 'Whose object it is; NULL: an access, which SPs see by their agreements.';
COMMENT ON COLUMN journal.was IS 'Of an access: the population before; `population` is the one after.';
COMMENT ON COLUMN journal.state IS 'The state that an order came into; NULL when its state did not change.';
CREATE UNIQUE INDEX journal_orderevents ON journal (sp, tx, seq) WHERE state IS NOT NULL;
CREATE INDEX journal_events ON journal (sp, at);
-- For the looks that tell processes who has news; an import's accesses are everybody's.
CREATE INDEX journal_at ON journal (at) WHERE sp IS NOT NULL;

CREATE FUNCTION journal_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The journal does not change.';
END
$$;
CREATE TRIGGER journal_is_immutable BEFORE UPDATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_is_immutable();

-- After a restore into another cluster, whose transaction ids are lower: go on above what the journal holds.
CREATE FUNCTION resume_journal() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    highest bigint := (SELECT max(tx) FROM journal);
BEGIN
    IF highest >= journal_tx() THEN
        INSERT INTO facts (name, value) VALUES ('journal_shift', (highest + 1)::text)
            ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value;
    END IF;
END
$$;

ALTER TABLE accesses ADD COLUMN created_at timestamptz NOT NULL DEFAULT '-infinity';
COMMENT ON COLUMN accesses.created_at IS 'An agreement that is older than the access did not bring it into view.';

CREATE OR REPLACE FUNCTION accesses_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND NEW.access_id <> OLD.access_id) THEN
        RAISE EXCEPTION 'An access never vanishes: UPDATE accesses SET access_state = ''DISCONNECTED''.';
    END IF;
    NEW.changed_at := stamp();
    NEW.created_at := CASE WHEN TG_OP = 'INSERT' THEN NEW.changed_at ELSE OLD.created_at END;
    RETURN NEW;
END
$$;

CREATE FUNCTION accesses_journal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
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
CREATE TRIGGER accesses_journal_new AFTER INSERT ON accesses
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION accesses_journal();
CREATE TRIGGER accesses_journal AFTER UPDATE ON accesses
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION accesses_journal();

-- Whether an SP's agreements showed it a population at a moment.
CREATE FUNCTION saw(sp text, population text, at timestamptz) RETURNS boolean LANGUAGE sql STABLE
RETURN EXISTS (
    SELECT FROM agreements g
     WHERE g.sp = saw.sp AND (g.population IS NULL OR g.population = saw.population)
       AND g.granted_at <= saw.at AND (g.revoked_at IS NULL OR g.revoked_at > saw.at)
);

-- What an SP is told of a stretch of time, its end not included; at what enters or leaves its view, CREATE and DELETE.
CREATE FUNCTION events_for(sp text, since timestamptz, until timestamptz)
RETURNS TABLE (at timestamptz, seq bigint, type text, object_type text, object_id text, access_id text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    -- its own objects
    SELECT j.at, j.seq, j.type, j.object_type, j.object_id, j.access_id FROM journal j
     WHERE j.sp = events_for.sp AND j.at >= events_for.since AND j.at < events_for.until
    UNION ALL
    -- accesses that changed
    SELECT e.at, e.seq,
           CASE WHEN e.sees AND e.saw AND e.type = 'UPDATE' THEN 'UPDATE' WHEN e.sees THEN 'CREATE' ELSE 'DELETE' END,
           'accesses', e.object_id, e.object_id
      FROM (SELECT j.at, j.seq, j.type, j.object_id,
                   j.type = 'UPDATE' AND saw(events_for.sp, j.was, j.at) AS saw,
                   saw(events_for.sp, j.population, j.at) AS sees
              FROM journal j
             WHERE j.sp IS NULL AND j.at >= events_for.since AND j.at < events_for.until) e
     WHERE e.saw OR e.sees
    UNION ALL
    -- accesses that an agreement brought
    SELECT g.granted_at, 0, 'CREATE', 'accesses', a.access_id, a.access_id
      FROM agreements g JOIN accesses a ON g.population IS NULL OR g.population = a.population
     WHERE g.sp = events_for.sp AND g.granted_at >= events_for.since AND g.granted_at < events_for.until
       AND NOT saw(events_for.sp, a.population, g.granted_at - interval '1 microsecond')
       AND a.created_at <= g.granted_at
    UNION ALL
    -- accesses that the end of an agreement took away
    SELECT g.revoked_at, 0, 'DELETE', 'accesses', a.access_id, a.access_id
      FROM agreements g JOIN accesses a ON g.population IS NULL OR g.population = a.population
     WHERE g.sp = events_for.sp AND g.revoked_at >= events_for.since AND g.revoked_at < events_for.until
       AND NOT saw(events_for.sp, a.population, g.revoked_at);
END;
