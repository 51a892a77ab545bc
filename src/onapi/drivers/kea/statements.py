"""What is said to Kea's database, with arguments for $1, $2, …; Kea 2.2 and later have these tables.

Source: Kea's own dhcpdb_create.pgsql, schema 13.0.
"""

CIRCUIT_ID, FLEX_ID = 2, 4
"""Kinds of identifiers, as Kea numbers them."""

MOST_LEASES = 200
MOST_RESERVATIONS = 20

_FOR_EVER = 4294967295
_HELD = f"l.state = 0 AND (l.expire > now() OR l.valid_lifetime >= {_FOR_EVER})"
_GIVEN_AT = (
    f"CASE WHEN l.valid_lifetime >= {_FOR_EVER} THEN l.expire "
    "ELSE l.expire - l.valid_lifetime * INTERVAL '1 second' END AS given_at"
)
_ENDS = f"CASE WHEN l.valid_lifetime < {_FOR_EVER} THEN l.expire END AS ends"
_LEASE4 = (
    "SELECT l.address, host('0.0.0.0'::INET + l.address) AS ip, l.subnet_id AS subnet, l.hwaddr, "
    f"l.user_context AS context, {_GIVEN_AT}, {_ENDS}"
)
_LEASE6 = (
    "SELECT host(l.address::INET) AS ip, l.prefix_len, l.lease_type, l.subnet_id AS subnet, l.hwaddr, l.duid, "
    f"l.user_context AS context, {_GIVEN_AT}, {_ENDS}"
)

CAPTURES = "SELECT to_regclass('onapi.lease4_capture') IS NOT NULL AS captures"
"""Whether `lease_capture.sql` has been run there."""

LEASES4_CAPTURED = f"""
{_LEASE4}, c.started
FROM onapi.lease4_capture c JOIN lease4 l ON l.address = c.address
WHERE c.circuit_id = $1 AND {_HELD}
ORDER BY l.address LIMIT {MOST_LEASES}
"""
"""The leases of a circuit id, $1."""

LEASES4 = f"""
{_LEASE4}, NULL::TIMESTAMPTZ AS started
FROM lease4 l
WHERE l.user_context ILIKE '%' || encode($1, 'hex') || '%' AND {_HELD}
ORDER BY l.address LIMIT {MOST_LEASES}
"""
"""The leases that have these octets, $1, somewhere in what is known of them; every lease is looked at."""

LEASES6_CAPTURED = f"""
{_LEASE6}, c.started
FROM onapi.lease6_capture c JOIN lease6 l ON l.address = c.address
WHERE c.interface_ids @> ARRAY[$1::BYTEA] AND {_HELD}
ORDER BY l.lease_type, l.address LIMIT {MOST_LEASES}
"""
"""The leases of an interface id, $1."""

LEASES6 = f"""
{_LEASE6}, NULL::TIMESTAMPTZ AS started
FROM lease6 l
WHERE l.user_context ILIKE '%' || encode($1, 'hex') || '%' AND {_HELD}
ORDER BY l.lease_type, l.address LIMIT {MOST_LEASES}
"""
"""The leases that have these octets, $1, somewhere in what is known of them; every lease is looked at."""

RESERVATIONS = f"""
SELECT host_id, xmin::TEXT AS version, dhcp_identifier_type AS kind, dhcp4_subnet_id AS subnet,
    ipv4_address AS address, dhcp4_client_classes AS classes, user_context AS context
FROM hosts
WHERE dhcp_identifier = $1 AND dhcp_identifier_type IN ({CIRCUIT_ID}, {FLEX_ID}) AND dhcp4_subnet_id IS NOT NULL
ORDER BY host_id LIMIT {MOST_RESERVATIONS}
"""
"""Everything that is reserved for a circuit id, $1, or kept for it while it is blocked."""

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('onapi.kea'))"
"""Wait until nobody else who goes by this is about to write."""

FREE = f"""
SELECT candidate
FROM generate_series($2::BIGINT, $3::BIGINT) AS candidate
WHERE NOT EXISTS (
        SELECT FROM hosts h
        WHERE h.ipv4_address = candidate AND h.dhcp4_subnet_id = $1 AND h.host_id IS DISTINCT FROM $4::INTEGER
    )
    AND NOT EXISTS (
        SELECT FROM lease4 l
        WHERE l.address = candidate AND (l.state = 1 OR {_HELD}) AND COALESCE(l.user_context, '') NOT ILIKE $5
    )
ORDER BY candidate LIMIT 1
"""
"""The first of some addresses that is free for a reservation, which it is when it is leased to the same circuit id.

$1 is the subnet, $2 and $3 are the first and the last address, or NULL for none, $4 is the row of the reservation if
there is one, $5 is how leases of its circuit id look. The next two statements have the same, and more.
"""

INSERT = f"""
WITH free AS ({FREE})
INSERT INTO hosts (
    dhcp4_subnet_id, ipv4_address, dhcp_identifier, dhcp_identifier_type, dhcp4_client_classes, user_context
)
SELECT $1, (SELECT candidate FROM free), $6::BYTEA, $7::SMALLINT, $8::TEXT, $9::TEXT
WHERE ($2::BIGINT IS NULL OR EXISTS (SELECT FROM free)) AND NOT EXISTS (
    SELECT FROM hosts
    WHERE dhcp_identifier = $6 AND dhcp_identifier_type IN ({CIRCUIT_ID}, {FLEX_ID}) AND dhcp4_subnet_id = $1
)
ON CONFLICT DO NOTHING
RETURNING ipv4_address AS address
"""
"""Reserve for a circuit id, $6, unless something is; $7 kind of identifier, $8 classes, $9 user context."""

UPDATE = f"""
WITH free AS ({FREE})
UPDATE hosts
SET ipv4_address = (SELECT candidate FROM free), dhcp_identifier_type = $7::SMALLINT, dhcp4_client_classes = $8,
    user_context = $9
WHERE host_id = $4 AND xmin::TEXT = $6 AND ($2::BIGINT IS NULL OR EXISTS (SELECT FROM free))
RETURNING ipv4_address AS address
"""
"""Reserve otherwise, if the row is still as it was read in this version, $6; the rest is as in INSERT."""

DELETE = "DELETE FROM hosts WHERE host_id = $1 AND xmin::TEXT = $2 RETURNING host_id"
"""Reserve nothing any more, if the row, $1, is still as it was read in this version, $2."""
