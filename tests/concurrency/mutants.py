"""Faults to plant in a test's database: the ways in which delta reads are usually built, and lose changes.

Each is the database's own function, replaced; nothing of the server is touched.
"""

from collections.abc import Mapping

_NAIVE_HORIZON = """
CREATE OR REPLACE FUNCTION horizon() RETURNS timestamptz LANGUAGE sql VOLATILE RETURN clock_timestamp();
"""
_STAMP_OF_THE_BEGIN = """
CREATE OR REPLACE FUNCTION stamp() RETURNS timestamptz LANGUAGE sql VOLATILE RETURN now();
"""
_STAMP_WITHOUT_ID = """
CREATE OR REPLACE FUNCTION stamp() RETURNS timestamptz LANGUAGE sql VOLATILE RETURN clock_timestamp();
"""
_HORIZON_ROUNDED_UP = """
ALTER FUNCTION horizon() RENAME TO right_horizon;
CREATE FUNCTION horizon() RETURNS timestamptz LANGUAGE sql VOLATILE RETURN right_horizon() + interval '1 second';
"""

STAMPS_OF_WHOLE_SECONDS = """
CREATE OR REPLACE FUNCTION stamp() RETURNS timestamptz LANGUAGE sql VOLATILE
RETURN CASE WHEN pg_current_xact_id() IS NOT NULL THEN date_trunc('second', clock_timestamp()) END;
"""
"""No fault: a clock that ticks in seconds, on which every change stands at the very boundary of a delta."""

_BOUNDARY_LEFT_OUT = """
DO $$
DECLARE
    was text := pg_get_functiondef('access_changes_for'::regproc);
    becomes text := replace(was, 'a.changed_at >= ', 'a.changed_at > ');
BEGIN
    IF was = becomes THEN
        RAISE EXCEPTION 'access_changes_for does not read as this mutant expects';
    END IF;
    EXECUTE becomes;
END
$$;
"""

AFTER_THE_ANSWER: Mapping[str, str] = {
    "Last-Modified is the clock": _NAIVE_HORIZON,
    "Last-Modified is the clock, and a stamp the begin of its transaction": _NAIVE_HORIZON + _STAMP_OF_THE_BEGIN,
    "Last-Modified is rounded up": _HORIZON_ROUNDED_UP,
    "the boundary is left out": STAMPS_OF_WHOLE_SECONDS + _BOUNDARY_LEFT_OUT,
}
"""Faults that lose a change which commits after the answer."""

LONG_AFTER_THE_BEGIN: Mapping[str, str] = {"a stamp is the begin of its transaction": _STAMP_OF_THE_BEGIN}
"""Faults that lose what a transaction writes long after it began."""

BEFORE_THE_ROW: Mapping[str, str] = {"a stamp is taken before the transaction has an id": _STAMP_WITHOUT_ID}
"""Faults that lose an INSERT which lingers after its stamp."""

NAIVE = _NAIVE_HORIZON
