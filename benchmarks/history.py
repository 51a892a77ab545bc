"""A past for a city: as many finished orders as accesses, all that was told of them, and as many closed tickets."""

import asyncpg

_ORDERS = (
    # Triggers would stamp the past as the present, and the present is what is measured.
    "SET LOCAL session_replication_role = replica",
    "SET LOCAL synchronous_commit = off",
    """
    CREATE TEMPORARY TABLE past AS
    SELECT row_number() OVER () AS n, access_id FROM accesses""",
    """
    INSERT INTO subscriptions (subscription_id, sp, access_id, service, service_type, claim, state, connected_at,
                               ended_at, changed_at)
    SELECT 'PS' || n, CASE WHEN n % 2 = 0 THEN 'alfa' ELSE 'beta' END, access_id, 'BB-100-100', 'Broadband', '',
           'ENDED', now() - interval '20 days', now() - interval '1 hour', now() - interval '1 hour'
      FROM past""",
    """
    INSERT INTO orders (order_id, sp, access_id, service, service_type, claim, operation, subscription_id, state,
                        expected_at, wish, received_at, finished_at, plan, step, due_at, told_by)
    SELECT 'PO' || n, CASE WHEN n % 2 = 0 THEN 'alfa' ELSE 'beta' END, access_id, 'BB-100-100', 'Broadband', '',
           'DEACTIVATE', 'PS' || n, 'DONE_SUCCESS', now(), md5(n::text), now() - interval '1 day',
           now() - interval '1 hour', '{configure_port,end_subscription}', 2, now() - interval '1 day', n
      FROM past""",
    """
    INSERT INTO journal (tx, at, type, object_type, object_id, sp, access_id, service, operation, state, message)
    SELECT 1 + n / 2000, now() - interval '20 days' + n * interval '0.1 second',
           CASE s.state WHEN 'RECEIVED' THEN 'CREATE' ELSE 'UPDATE' END, 'orders', 'PO' || n,
           CASE WHEN n % 2 = 0 THEN 'alfa' ELSE 'beta' END, access_id, 'BB-100-100', 'DEACTIVATE', s.state, ''
      FROM past CROSS JOIN (VALUES ('RECEIVED'), ('IN_PROGRESS'), ('DONE_SUCCESS')) AS s (state)""",
    "DROP TABLE past",
)
_TICKETS = (
    "SET LOCAL session_replication_role = replica",
    "SET LOCAL synchronous_commit = off",
    """
    INSERT INTO tickets (ticket_id, sp, access_id, opened_by, created_by, heading, description, problem_type,
                         sp_ticket_reference, status, responsible, entries, created_at, updated_at)
    SELECT 'PT' || n, CASE WHEN n % 2 = 0 THEN 'alfa' ELSE 'beta' END, access_id, 'SP', 'Anna Andersson', 'No link',
           'This customer is experiencing issues.', 'NO_LINK', 'CASE#' || n, 'CLOSED', 'CO', 1,
           now() - interval '20 days', now() - interval '1 hour'
      FROM (SELECT row_number() OVER () AS n, access_id FROM accesses) a""",
    """
    INSERT INTO ticket_entries (ticket_id, number, sp, at, party, author, message, status, responsible)
    SELECT ticket_id, 1, sp, updated_at, 'CO', 'Olle Olsson', 'A bad patch cord.', status, responsible
      FROM tickets WHERE status = 'CLOSED'""",
)
_PASTS = {"history": _ORDERS, "ticket_history": _TICKETS}


async def give(url: str) -> None:
    """Give a city its pasts, unless it has them."""
    connection = await asyncpg.connect(url)
    try:
        known = {row["name"] for row in await connection.fetch("SELECT name FROM facts")}
        missing = {fact: statements for fact, statements in _PASTS.items() if fact not in known}
        if not missing:
            return
        for fact, statements in missing.items():
            async with connection.transaction():
                for statement in statements:
                    await connection.execute(statement, timeout=3600)
                await connection.execute("INSERT INTO facts (name, value) VALUES ($1, 'yes')", fact)
        await connection.execute("VACUUM (ANALYZE)", timeout=3600)
        await connection.execute("CHECKPOINT", timeout=3600)
    finally:
        await connection.close()


async def forget_since(url: str, moment: object) -> None:
    """Remove every order and ticket that came since a moment, so that the next round finds what this one found."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica")
        for statement in (
            "DELETE FROM order_steps s USING orders o WHERE o.order_id = s.order_id AND o.received_at >= $1",
            "DELETE FROM orders WHERE received_at >= $1",
            "DELETE FROM subscriptions WHERE changed_at >= $1",
            "DELETE FROM ticket_readings r USING tickets t WHERE t.ticket_id = r.ticket_id AND t.created_at >= $1",
            "DELETE FROM tickets WHERE created_at >= $1",
            "DELETE FROM journal WHERE at >= $1",
        ):
            await connection.execute(statement, moment, timeout=600)
        await connection.execute("TRUNCATE simulated_ports, simulated_effects")
        await connection.execute("VACUUM (ANALYZE) orders, subscriptions, journal, order_steps, tickets", timeout=600)
    finally:
        await connection.close()
