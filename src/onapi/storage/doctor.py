"""Examine a database: is it one that this platform can keep its promises on?"""

from dataclasses import dataclass

from onapi import errors
from onapi.storage import migrate, queries
from onapi.storage.tx import Tx

_SQL = queries.beside(__file__)
_OLDEST, _NEWEST = 15, 18
_LONG_TRANSACTION_S = 60
_LONG_WAIT_S = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `sentence` says what to do when it is not good."""

    subject: str
    good: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class _Facts:
    version: int
    encoding: str
    sees_all_sessions: bool
    track_activities: bool
    fsync: bool
    synchronous_commit: str
    horizon_age_s: float
    elsewhere_age_s: float
    invalid_indexes: int


@dataclass(frozen=True, slots=True)
class _Orders:
    stuck: int
    waiting_s: float


async def findings(tx: Tx) -> list[Finding]:
    """Return everything that was looked at, good or not."""
    facts = await _SQL["facts"].one(tx, _Facts)
    if facts is None:
        return []
    schema = await _schema(tx)
    return [
        _version(facts.version),
        schema,
        _finding(
            "encoding",
            facts.encoding == "UTF8",
            "The database's encoding is UTF8.",
            f"The database's encoding is {facts.encoding}; it must be UTF8, which is chosen when it is created.",
        ),
        _finding(
            "deltas",
            facts.sees_all_sessions and facts.track_activities,
            "Open transactions of all roles can be seen, so deltas lose nothing.",
            "Deltas can lose changes that another role makes: GRANT pg_read_all_stats to onapi's role, "
            "and set track_activities on.",
        ),
        _finding(
            "durability",
            facts.fsync and facts.synchronous_commit != "off",
            "What was answered is on the disk.",
            f"fsync is {'on' if facts.fsync else 'off'} and synchronous_commit is {facts.synchronous_commit}; "
            "set both on, or a power cut can lose what was answered.",
        ),
        _finding(
            "long transactions",
            facts.horizon_age_s < _LONG_TRANSACTION_S,
            "No writing transaction is open for long.",
            f"A writing transaction is open since {facts.horizon_age_s:.0f} s; until it ends, deltas repeat "
            "what changed since it began. pg_stat_activity has whose it is.",
        ),
        _finding(
            "other databases",
            facts.elsewhere_age_s < _LONG_TRANSACTION_S,
            "No other database of this PostgreSQL holds order events back.",
            f"A writing transaction in another database is open since {facts.elsewhere_age_s:.0f} s; until it ends, "
            "/orderevents/ tells nothing new. pg_stat_activity has whose it is.",
        ),
        _finding(
            "indexes",
            facts.invalid_indexes == 0,
            "All indexes are valid.",
            f"{facts.invalid_indexes} indexes are invalid; REINDEX those that pg_index has as not indisvalid.",
        ),
        *(await _orders(tx) if schema.good else []),
    ]


async def _orders(tx: Tx) -> list[Finding]:
    orders = await _SQL["orders"].one(tx, _Orders)
    if orders is None:
        return []
    return [
        _finding(
            "engine",
            orders.waiting_s < _LONG_WAIT_S,
            "No order that is due is kept waiting.",
            f"An order has been due for {orders.waiting_s:.0f} s; is `onapi work` running, and does it log failures?",
        ),
        _finding(
            "stuck orders",
            orders.stuck == 0,
            "No order is stuck.",
            f"{orders.stuck} orders are stuck and wait for you: `onapi orders list --stuck`.",
        ),
    ]


def _finding(subject: str, good: bool, when_good: str, when_not: str) -> Finding:
    return Finding(subject, good, when_good if good else when_not)


def _version(version: int) -> Finding:
    good = _OLDEST <= version <= _NEWEST
    return Finding("version", good, f"PostgreSQL {version}; onapi is made for {_OLDEST} to {_NEWEST}.")


async def _schema(tx: Tx) -> Finding:
    try:
        pending = await migrate.pending(tx)
    except errors.Conflict as error:
        return Finding("schema", good=False, sentence=error.cause)
    if pending:
        return Finding("schema", good=False, sentence=f"{len(pending)} migrations are pending; run `onapi migrate`.")
    return Finding("schema", good=True, sentence="The schema is this version's.")
