"""The closed word lists of the standard, each once.

Source: ON-API 2.6.0 spec/accesses.md, spec/orders.md, spec/events.md, spec/tickets.md,
spec/invoice_specification.md; the seed where it lists the same words.
"""

from enum import StrEnum


class PremisesType(StrEnum):
    """What kind of building or place an access is in."""

    COMMERCIAL = "COMMERCIAL"
    MDU_APARTMENT = "MDU_APARTMENT"
    MDU_COMMON = "MDU_COMMON"
    MDU_TECHNICAL = "MDU_TECHNICAL"
    PUBLIC = "PUBLIC"
    RESIDENTIAL_HOUSE = "RESIDENTIAL_HOUSE"
    UNKNOWN = "UNKNOWN"


class AccessState(StrEnum):
    """How far an access is built, and whether orders are taken on it."""

    PLANNED = "PLANNED"
    DEPLOYING = "DEPLOYING"
    HOMESPASSED = "HOMESPASSED"
    CONNECTED = "CONNECTED"
    DISCONNECTED = "DISCONNECTED"
    INMIGRATION = "INMIGRATION"
    OUTMIGRATION = "OUTMIGRATION"


class Dialect(StrEnum):
    """Which reading of the standard an SP is answered in, where the texts disagree."""

    BITVIS = "bitvis"
    STANDARD = "standard"


class TechnicalScope(StrEnum):
    """Of what an SP may have technical information: where it delivers, its own kinds of service; or all that it sees.

    Ours: the standard leaves it to agreements.
    """

    OWN = "own"
    ALL = "all"


class Operation(StrEnum):
    """What an order does to a subscription."""

    ACTIVATE = "ACTIVATE"
    DEACTIVATE = "DEACTIVATE"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    MODIFY = "MODIFY"
    CHANGE = "CHANGE"


class OrderState(StrEnum):
    """How far an order is; the last two are final."""

    RECEIVED = "RECEIVED"
    IN_PROGRESS = "IN_PROGRESS"
    DONE_SUCCESS = "DONE_SUCCESS"
    DONE_FAILED = "DONE_FAILED"


class OperationalState(StrEnum):
    """Whether a live subscription is delivered."""

    ACTIVATED = "ACTIVATED"
    SUSPENDED = "SUSPENDED"


class Failure(StrEnum):
    """Why an order is DONE_FAILED, for programs; `message` says it for people.

    Ours: the standard has only the message (on-api issue 36).
    """

    ACCESS_STATE = "access_state"
    CANCELLED = "cancelled"
    CLAIMED = "claimed"
    ENDED = "ended"
    NETWORK = "network"
    ABANDONED = "abandoned"
    INTERNAL = "internal"


class Party(StrEnum):
    """Either side of a ticket."""

    SP = "SP"
    CO = "CO"


class TicketStatus(StrEnum):
    """How far a ticket is; the last is final."""

    CREATED = "CREATED"
    IN_PROGRESS_CO = "IN_PROGRESS_CO"
    IN_PROGRESS_SP = "IN_PROGRESS_SP"
    CLOSED = "CLOSED"


class ProblemType(StrEnum):
    """What a ticket complains of."""

    NO_LINK = "NO_LINK"
    NO_ACCESS = "NO_ACCESS"
    QUALITY = "QUALITY"
    OTHER = "OTHER"


class EventType(StrEnum):
    """What became of an object."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"


class ObjectType(StrEnum):
    """The objects that /events tells of."""

    ACCESSES = "accesses"
    ORDERS = "orders"
    SUBSCRIPTIONS = "subscriptions"
    TICKETS = "tickets"


class InvoiceType(StrEnum):
    """Whether a row of an invoice is owed, or given back."""

    DEBIT = "DEBIT"
    CREDIT = "CREDIT"


class RowType(StrEnum):
    """What a row of an invoice is for; rows of one day are in this order."""

    START_FEE = "START_FEE"
    PERIODIC_FEE = "PERIODIC_FEE"
    PARTIAL_PERIODIC_FEE = "PARTIAL_PERIODIC_FEE"
    TRANSMISSION_FEE = "TRANSMISSION_FEE"
    USAGE_FEE = "USAGE_FEE"
    UPGRADE_FEE = "UPGRADE_FEE"
    DOWNGRADE_FEE = "DOWNGRADE_FEE"
    MOVE_FEE = "MOVE_FEE"
    TROUBLESHOOTING_FEE = "TROUBLESHOOTING_FEE"
    END_FEE = "END_FEE"
    OTHER = "OTHER"
