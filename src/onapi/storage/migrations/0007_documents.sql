-- What SPs read of orders, subscriptions, services and the journal, as the wire has it: each form is written once, here.

-- A moment as the standard writes it: UTC, milliseconds if there are any.
CREATE FUNCTION moment_text(moment timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN replace(to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '.000Z', 'Z');

-- Text that may hold anything, as JSON.
CREATE FUNCTION quoted(value text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE RETURN to_json(value)::text;

-- A name inside a string cannot look like this: its quotes would have backslashes.
CREATE FUNCTION characteristics_text(characteristics json, dialect text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN dialect = 'standard' THEN replace(characteristics::text, '"sla":', '"SLA":') ELSE characteristics::text END;

CREATE FUNCTION equipment_text(equipment json, dialect text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN dialect = 'bitvis' AND json_array_length(equipment) = 1
            THEN (equipment -> 0)::text ELSE equipment::text END;

CREATE FUNCTION order_doc(o orders, mount text, dialect text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN '{"path":"' || mount || '/orders/' || o.order_id || '","orderId":"' || o.order_id
    || '","accessId":"' || o.access_id || '","service":' || json_text(o.service)
    || ',"operation":"' || o.operation || '"'
    || coalesce(',"requestedDateTime":"' || moment_text(o.requested_at) || '"', '')
    || ',"expectedCompletionDate":"' || moment_text(o.expected_at) || '"'
    || coalesce(',"spReference":' || quoted(o.sp_reference), '')
    || coalesce(',"spSubscriptionId":' || quoted(o.sp_subscription_id), '')
    || ',"subscriptionId":"' || o.subscription_id || '"'
    || coalesce(',"externalNote":' || quoted(o.external_note), '')
    || coalesce(',"characteristics":' || characteristics_text(o.characteristics, dialect), '')
    || CASE WHEN o.operation = 'ACTIVATE' THEN ',"forcedTakeover":' || o.forced_takeover::text ELSE '' END
    || coalesce(',"equipment":' || equipment_text(o.equipment, dialect), '')
    || ',"state":"' || o.state || '","message":' || quoted(o.message)
    || CASE WHEN o.state = 'DONE_FAILED' THEN coalesce(',"code":"' || o.code || '"', '') ELSE '' END || '}';

-- A date of a subscription: a date-time for `bitvis`, a date for `standard`.
CREATE FUNCTION date_text(moment timestamptz, dialect text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN dialect = 'standard' THEN to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD') ELSE moment_text(moment) END;

CREATE FUNCTION subscription_doc(s subscriptions, dialect text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN '{"subscriptionId":"' || s.subscription_id || '","service":' || json_text(s.service)
    || ',"operationalState":"' || s.state || '","connectionDate":"' || date_text(s.connected_at, dialect) || '"'
    || coalesce(',"disconnectionDate":"' || date_text(s.ends_at, dialect) || '"', '')
    || coalesce(',"spReference":' || quoted(s.sp_reference), '')
    || coalesce(',"spSubscriptionId":' || quoted(s.sp_subscription_id), '')
    || coalesce(',"note":' || quoted(s.note), '')
    || coalesce(',"characteristics":' || characteristics_text(s.characteristics, dialect), '')
    || coalesce(',"equipment":' || equipment_text(s.equipment, dialect), '') || '}';

-- Each access on which the SP has subscriptions, with them.
CREATE FUNCTION subscriptions_for(sp text, dialect text) RETURNS TABLE (access_id text, doc text) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT s.access_id, '{"accessId":"' || s.access_id || '","subscriptions":['
           || string_agg(subscription_doc(s, subscriptions_for.dialect), ',' ORDER BY s.subscription_id) || ']}'
      FROM subscriptions s
     WHERE s.sp = subscriptions_for.sp AND s.state IN ('ACTIVATED', 'SUSPENDED')
     GROUP BY s.access_id;
END;

-- Each access on which a subscription of the SP changed since a moment, with those that it has there now, or none.
CREATE FUNCTION subscription_changes_for(sp text, dialect text, since timestamptz)
RETURNS TABLE (access_id text, doc text) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT c.access_id, '{"accessId":"' || c.access_id || '","subscriptions":['
           || coalesce((SELECT string_agg(subscription_doc(s, subscription_changes_for.dialect), ','
                                          ORDER BY s.subscription_id)
                          FROM subscriptions s
                         WHERE s.sp = subscription_changes_for.sp AND s.access_id = c.access_id
                           AND s.state IN ('ACTIVATED', 'SUSPENDED')), '') || ']}'
      FROM (SELECT DISTINCT t.access_id FROM subscriptions t
             WHERE t.sp = subscription_changes_for.sp AND t.changed_at >= subscription_changes_for.since) c;
END;

-- What the servers may know of who holds what, or is about to, whoever asks. Its owner's eyes see every SP's rows.
CREATE VIEW claims AS
SELECT s.access_id, s.service_type, s.claim, s.sp, false AS wanted, s.ends_at
  FROM subscriptions s WHERE s.state IN ('ACTIVATED', 'SUSPENDED')
UNION ALL
SELECT o.wanted_on, o.service_type, o.claim, o.sp, true, NULL::timestamptz
  FROM orders o WHERE o.wanted_on IS NOT NULL;

-- And where and when that changed, as long as the journal is kept.
CREATE VIEW claim_moves AS
SELECT j.access_id, j.at FROM journal j
 WHERE j.sp IS NOT NULL AND (j.object_type = 'subscriptions' OR j.operation = 'ACTIVATE');

-- One line of what others hold: the type, L for live or P for wanted, and when it ends, between tabs.
CREATE FUNCTION claim_line(c claims) RETURNS text LANGUAGE sql STABLE
RETURN c.service_type || CASE WHEN c.wanted THEN E'\tP\t' ELSE E'\tL\t' END || coalesce(moment_text(c.ends_at), '');

-- The services that an SP is offered on every access of one population ('' for none), state and situation, as JSON;
-- `taken` has the lines of what others hold there, '' for nothing.
-- Source: ON-API 2.6.0 spec/services.md, for the two moments that stand for an unknown past and future.
CREATE FUNCTION service_sheet(sp text, population text, access_state text, taken text)
RETURNS text LANGUAGE sql STABLE
RETURN (
    SELECT '[' || coalesce(string_agg(
               '{"service":' || json_text(v.service)
               || ',"connectionDateTime":"'
               || CASE WHEN service_sheet.access_state IN ('CONNECTED', 'OUTMIGRATION')
                       THEN coalesce(moment_text(v.offered_from), '1990-01-01T00:00:01Z')
                       ELSE '3030-12-12T00:00:01Z' END
               || '","availableDateTime":"'
               || CASE WHEN h.wanted OR h.service_type IS NOT NULL AND h.ends_at IS NULL THEN ''
                       WHEN service_sheet.access_state = 'CONNECTED'
                       THEN coalesce(moment_text(GREATEST(h.ends_at, v.offered_from)), '1990-01-01T00:00:01Z')
                       WHEN service_sheet.access_state = 'INMIGRATION'
                       THEN coalesce(moment_text(GREATEST(h.ends_at, v.offered_from)), '')
                       ELSE '' END
               || '","disconnectionDateTime":"' || coalesce(moment_text(v.offered_until), '')
               || '","forcedTakeoverPossible":'
               || (v.takeover AND h.service_type IS NOT NULL AND NOT h.wanted
                   AND service_sheet.access_state = 'CONNECTED')::text
               || CASE WHEN cardinality(v.comments) > 0 THEN ',"comments":' || to_json(v.comments)::text ELSE '' END
               || CASE WHEN v.characteristics <> '{}'
                       THEN ',"characteristics":' || characteristics_text(v.characteristics::json, (
                            SELECT p.dialect FROM providers p WHERE p.sp = service_sheet.sp)) ELSE '' END
               || '}', ',' ORDER BY v.service), '') || ']'
      FROM services v
      LEFT JOIN (
           SELECT split_part(line, E'\t', 1) AS service_type, bool_or(split_part(line, E'\t', 2) = 'P') AS wanted,
                  min(nullif(split_part(line, E'\t', 3), '')::timestamptz) AS ends_at
             FROM regexp_split_to_table(service_sheet.taken, E'\n') AS line WHERE line <> '' GROUP BY 1
           ) h ON h.service_type = v.service_type
     WHERE NOT v.withdrawn AND service_sheet.access_state <> 'DISCONNECTED'
       AND (v.sellers IS NULL OR service_sheet.sp = ANY (v.sellers))
       AND (v.populations IS NULL OR service_sheet.population = ANY (v.populations))
);

DROP FUNCTION accesses_for(text);
CREATE FUNCTION accesses_for(sp text)
RETURNS TABLE (access_id text, doc text, population text, access_state text) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT a.access_id, a.doc, a.population, a.access_state FROM accesses a
     WHERE (SELECT sees_everything(accesses_for.sp))
        OR a.population = ANY (ARRAY(SELECT g.population FROM agreements g
                                      WHERE g.sp = accesses_for.sp AND g.revoked_at IS NULL));
END;
COMMENT ON FUNCTION accesses_for(text) IS 'Every access that the SP sees now; one plain scan.';

-- Each access that the SP sees, with the services that it may order there. Accesses in the same situation have the
-- same sheet, which is made once.
CREATE FUNCTION services_for(sp text) RETURNS TABLE (access_id text, doc text) LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH seen AS NOT MATERIALIZED (
        SELECT a.access_id, coalesce(a.population, '') AS population, a.access_state, coalesce(t.taken, '') AS taken
          FROM accesses_for(services_for.sp) a
          LEFT JOIN (SELECT c.access_id, string_agg(claim_line(c), E'\n' ORDER BY c.service_type, c.wanted) AS taken
                       FROM claims c
                      WHERE c.sp <> services_for.sp AND c.claim = ''
                      GROUP BY c.access_id) t ON t.access_id = a.access_id),
    sheets AS MATERIALIZED (
        SELECT d.population, d.access_state, d.taken,
               service_sheet(services_for.sp, d.population, d.access_state, d.taken) AS sheet
          FROM (SELECT DISTINCT s.population, s.access_state, s.taken FROM seen s) d)
    SELECT s.access_id, '{"accessId":"' || s.access_id || '","services":' || h.sheet || '}'
      FROM seen s JOIN sheets h ON (h.population, h.access_state, h.taken) = (s.population, s.access_state, s.taken);
END;

-- The same for the accesses given; one that the SP does not see is left out.
CREATE FUNCTION services_on(sp text, access_ids text[]) RETURNS TABLE (access_id text, doc text) LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH seen AS MATERIALIZED (
        SELECT a.access_id, coalesce(a.population, '') AS population, a.access_state, coalesce(t.taken, '') AS taken
          FROM unnest(services_on.access_ids) AS i (access_id)
          JOIN accesses a ON a.access_id = i.access_id
          LEFT JOIN LATERAL (
               SELECT string_agg(claim_line(c), E'\n' ORDER BY c.service_type, c.wanted) AS taken
                 FROM claims c
                WHERE c.access_id = a.access_id AND c.sp <> services_on.sp AND c.claim = '') t ON true
         WHERE sees(services_on.sp, a.population)),
    sheets AS MATERIALIZED (
        SELECT d.population, d.access_state, d.taken,
               service_sheet(services_on.sp, d.population, d.access_state, d.taken) AS sheet
          FROM (SELECT DISTINCT s.population, s.access_state, s.taken FROM seen s) d)
    SELECT s.access_id, '{"accessId":"' || s.access_id || '","services":' || h.sheet || '}'
      FROM seen s JOIN sheets h ON (h.population, h.access_state, h.taken) = (s.population, s.access_state, s.taken);
END;

-- The accesses for which the answer may be different since a moment: the access or the SP's view of it changed, or
-- somebody's claim on it, or the catalogue.
CREATE FUNCTION service_moves_for(sp text, since timestamptz) RETURNS TABLE (access_id text) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT a.access_id FROM access_changes_for(service_moves_for.sp, service_moves_for.since) a
    UNION
    SELECT m.access_id FROM claim_moves m JOIN accesses a ON a.access_id = m.access_id
     WHERE m.at >= service_moves_for.since AND sees(service_moves_for.sp, a.population)
    UNION
    SELECT a.access_id FROM accesses_for(service_moves_for.sp) a
     WHERE EXISTS (SELECT FROM services v WHERE v.changed_at >= service_moves_for.since)
        OR EXISTS (SELECT FROM service_types t WHERE t.changed_at >= service_moves_for.since)
        -- The journal does not reach further back: whatever may have changed is everything.
        OR service_moves_for.since < clock_timestamp() - interval '29 days';
END;

-- The services of those accesses; an access that left the view has none.
CREATE FUNCTION service_changes_for(sp text, since timestamptz) RETURNS TABLE (access_id text, doc text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH moved AS MATERIALIZED (
        SELECT m.access_id FROM service_moves_for(service_changes_for.sp, service_changes_for.since) m)
    SELECT m.access_id, coalesce(s.doc, '{"accessId":"' || m.access_id || '","services":[]}')
      FROM moved m
      LEFT JOIN services_on(service_changes_for.sp, ARRAY(SELECT i.access_id FROM moved i)) s
             ON s.access_id = m.access_id;
END;

-- One row of the journal as /orderevents and as /events have it.
CREATE FUNCTION orderevent_doc(j journal, mount text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN '{"event":"' || j.tx::text || '-' || j.seq::text || '","order":{"path":"' || mount || '/orders/' || j.object_id
    || '","accessId":"' || j.access_id || '","service":' || json_text(j.service) || ',"operation":"' || j.operation
    || '","state":"' || j.state || '","message":' || quoted(j.message) || coalesce(',"code":"' || j.code || '"', '')
    || '}}';

-- A subscription's path is that of its access, where the standard shows it.
CREATE FUNCTION event_doc(
    type text, object_type text, object_id text, access_id text, at timestamptz, mount text
) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN '{"type":"' || type || '","objectType":"' || object_type || '","objectId":"' || object_id
    || CASE WHEN type = 'DELETE' THEN ''
            ELSE '","path":"' || mount || '/' || object_type || '/'
                 || CASE WHEN object_type = 'subscriptions' THEN access_id ELSE object_id END END
    || '","time":"' || moment_text(at) || '"}';
