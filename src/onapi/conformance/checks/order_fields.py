"""The fields of orders.

Source: ON-API 2.6.0 spec/orders.md, "Fields"; common/dataformats.md.
"""

from onapi.conformance import formats
from onapi.conformance.checks import orders
from onapi.conformance.levels import Level, Reading
from onapi.conformance.tables import MANDATORY, MAY_BE_EMPTY, Field, declare

_PAGE = "spec/orders.md"
_FORMATS = "common/dataformats.md"

declare(
    orders.CHAPTER,
    _PAGE,
    "An order",
    orders.some,
    (
        Field(20, "orderId", "an ID", formats.identifier, MANDATORY),
        Field(21, "path", "a text", formats.text, MANDATORY),
        Field(22, "operation", "one of six words", formats.one_of(*orders.OPERATIONS), MANDATORY),
        Field(23, "state", "one of four words", formats.one_of(*orders.STATES), MANDATORY),
        Field(24, "subscriptionId", "an ID", formats.identifier, MANDATORY),
        Field(
            25,
            "accessId",
            "an ID; the examples of other operations than ACTIVATE lack it",
            formats.identifier,
            MANDATORY,
            level=Level.CONTRADICTORY,
        ),
        Field(
            26,
            "service",
            "a text; the examples of other operations than ACTIVATE lack it",
            formats.text,
            MANDATORY,
            level=Level.CONTRADICTORY,
        ),
        Field(27, "message", "a text; the examples lack it", formats.text, MAY_BE_EMPTY, level=Level.CONTRADICTORY),
        Field(28, "requestedDateTime", "a dateTime", formats.date_time),
        Field(29, "expectedCompletionDate", "a dateTime", formats.date_time),
        Field(30, "spReference", "an ID", formats.identifier, level=Level.SHOULD),
        Field(31, "spSubscriptionId", "an ID", formats.identifier, level=Level.SHOULD),
        Field(32, "externalNote", "a text", formats.text),
        Field(33, "characteristics", "an object", formats.an_object),
        Field(34, "forcedTakeover", "true or false", formats.boolean),
    ),
)
declare(
    orders.CHAPTER,
    _FORMATS,
    "Characteristics of an order",
    orders.characteristics,
    (
        Field(44, "SLA", "a text", formats.text, section="characteristics/SLA", reading=Reading.STANDARD),
        Field(45, "sla", "a text", formats.text, section="characteristics/SLA", reading=Reading.BITVIS),
        Field(40, "fixedIp", "true or false", formats.boolean, section="characteristics/fixedIp"),
        Field(
            41,
            "ipAddresses",
            "an array of IP addresses",
            formats.list_of(formats.ip_address),
            section="characteristics/ipAddresses",
        ),
    ),
)
declare(
    orders.CHAPTER,
    _FORMATS,
    "Equipment of an order",
    orders.equipment,
    (
        Field(42, "vendorId", "a text", formats.text, section="equipment"),
        Field(43, "macAddress", "a MAC address with colons", formats.mac, section="equipment"),
    ),
)
