"""Faults to plant in what tells of orders, services and subscriptions: see `mutants.py`."""

from collections.abc import Mapping

from tests.concurrency import mutants

JOURNAL_WITHOUT_END: Mapping[str, str] = {
    "the journal is read up to whatever is there": """
        CREATE OR REPLACE FUNCTION journal_end() RETURNS bigint LANGUAGE sql STABLE RETURN 9223372036854775807;
    """,
    "a position is a number from a sequence": """
        CREATE OR REPLACE FUNCTION journal_tx() RETURNS bigint LANGUAGE sql VOLATILE RETURN 0;
        CREATE OR REPLACE FUNCTION journal_end() RETURNS bigint LANGUAGE sql STABLE RETURN 1;
    """,
}
"""Faults that skip an order event whose transaction commits late."""


def _without(function: str, was: str, becomes: str) -> str:
    """Return what replaces a piece of a function's text."""
    return f"""
        DO $plant$
        DECLARE
            was text := pg_get_functiondef('{function}'::regproc);
            becomes text := replace(was, $old${was}$old$, $new${becomes}$new$);
        BEGIN
            IF was = becomes THEN
                RAISE EXCEPTION '{function} does not read as this mutant expects: %', was;
            END IF;
            EXECUTE becomes;
        END
        $plant$;
    """


BOUNDARY_LEFT_OUT = (
    mutants.STAMPS_OF_WHOLE_SECONDS
    + _without("service_moves_for", "m.at >= ", "m.at > ")
    + _without("access_changes_for", ">= access_changes_for.since", "> access_changes_for.since")
    + _without("subscription_changes_for", "t.changed_at >= ", "t.changed_at > ")
)
"""What happens in the very second of an answer is lost, since stamps have no fractions."""

BOUNDARY_TWICE = mutants.STAMPS_OF_WHOLE_SECONDS + _without("events_for", "< events_for.until", "<= events_for.until")
"""The second of an answer is told of in the next one as well."""

CLAIMS_ARE_NO_NEWS = _without("service_moves_for", "m.at >= ", "false AND m.at >= ")
CATALOGUE_IS_NO_NEWS = _without("service_moves_for", "v.changed_at >= ", "false AND v.changed_at >= ")

NAIVE = mutants.NAIVE

SUBSCRIPTIONS_HAVE_NO_EVENTS = """
DROP TRIGGER subscriptions_journal ON subscriptions;
DROP TRIGGER subscriptions_journal_new ON subscriptions;
"""

BEGIN_IS_TOLD_TWICE = """
CREATE FUNCTION tell_twice() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO journal (tx, at, type, object_type, object_id, sp, access_id, service, operation, state, message)
    VALUES (journal_tx(), stamp(), 'UPDATE', 'orders', NEW.order_id, NEW.sp, NEW.access_id, NEW.service,
            NEW.operation, NEW.state, '');
    RETURN NULL;
END
$$;
CREATE TRIGGER tell_twice AFTER UPDATE OF state ON orders FOR EACH ROW WHEN (NEW.state = 'IN_PROGRESS')
    EXECUTE FUNCTION tell_twice();
"""

SETTINGS_ARE_FORGOTTEN = """
CREATE FUNCTION forget_settings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.characteristics := NULL;
    RETURN NEW;
END
$$;
CREATE TRIGGER forget_settings BEFORE INSERT OR UPDATE ON subscriptions FOR EACH ROW
    EXECUTE FUNCTION forget_settings();
"""

NO_INDEX_PREVENTS = """
DROP INDEX subscriptions_live, orders_wanted, orders_unfinished, orders_in_progress;
DROP TRIGGER orders_claim ON orders;
"""
