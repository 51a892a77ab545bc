"""The fields of subscriptions.

Source: ON-API 2.6.0 spec/subscriptions.md, "Fields"; common/dataformats.md.
"""

from onapi.conformance import formats
from onapi.conformance.checks import subscriptions
from onapi.conformance.levels import Level, Reading
from onapi.conformance.tables import MANDATORY, Field, declare

_PAGE = "spec/subscriptions.md"
_FORMATS = "common/dataformats.md"

declare(
    subscriptions.CHAPTER,
    _PAGE,
    "An access of the list",
    lambda server: server.sample("subscriptions"),
    (
        Field(20, "accessId", "an ID", formats.identifier, MANDATORY),
        Field(21, "subscriptions", "an array of objects", formats.objects, MANDATORY, since="2.6"),
    ),
)
declare(
    subscriptions.CHAPTER,
    _PAGE,
    "A subscription",
    subscriptions.every,
    (
        Field(22, "subscriptionId", "an ID", formats.identifier, MANDATORY),
        Field(23, "service", "a text", formats.text, MANDATORY),
        Field(24, "operationalState", "ACTIVATED or SUSPENDED", formats.one_of("ACTIVATED", "SUSPENDED"), MANDATORY),
        Field(
            25,
            "connectionDate",
            "a date",
            formats.day,
            MANDATORY,
            since="2.6",
            reading=Reading.STANDARD,
            deviation="connectionDate, disconnectionDate",
        ),
        Field(
            26,
            "connectionDate",
            "a dateTime",
            formats.date_time,
            MANDATORY,
            since="2.6",
            reading=Reading.BITVIS,
            deviation="connectionDate, disconnectionDate",
        ),
        Field(
            27,
            "disconnectionDate",
            "a date",
            formats.day,
            since="2.6",
            reading=Reading.STANDARD,
            deviation="disconnectionDate",
        ),
        Field(
            28,
            "disconnectionDate",
            "a dateTime",
            formats.date_time,
            since="2.6",
            reading=Reading.BITVIS,
            deviation="disconnectionDate",
        ),
        Field(
            29,
            "spReference",
            "an ID; an order need not have it",
            formats.identifier,
            MANDATORY,
            level=Level.CONTRADICTORY,
        ),
        Field(
            30,
            "spSubscriptionId",
            "an ID; an order need not have it",
            formats.identifier,
            MANDATORY,
            level=Level.CONTRADICTORY,
        ),
        Field(31, "option82", "the whole option in hex", formats.option82, deviation="`option82` of a subscription"),
        Field(32, "dhcpIdentifier", "an object", formats.an_object),
        Field(33, "characteristics", "an object", formats.an_object),
    ),
)
declare(
    subscriptions.CHAPTER,
    _FORMATS,
    "A dhcpIdentifier",
    subscriptions.identifiers,
    (
        Field(40, "ipv4CircuitId", "a string", formats.string, section="dhcpIdentifier"),
        Field(41, "ipv4RemoteId", "a string", formats.string, section="dhcpIdentifier"),
        Field(42, "ipv6InterfaceId", "a string", formats.string, section="dhcpIdentifier"),
        Field(43, "ipv6RemoteId", "a string", formats.string, section="dhcpIdentifier"),
    ),
)
declare(
    subscriptions.CHAPTER,
    _FORMATS,
    "Characteristics",
    subscriptions.characteristics,
    (
        Field(48, "SLA", "a text", formats.text, section="characteristics/SLA", reading=Reading.STANDARD),
        Field(49, "sla", "a text", formats.text, section="characteristics/SLA", reading=Reading.BITVIS),
        Field(44, "fixedIp", "true or false", formats.boolean, section="characteristics/fixedIp"),
        Field(
            45,
            "ipAddresses",
            "an array of IP addresses",
            formats.list_of(formats.ip_address),
            section="characteristics/ipAddresses",
        ),
    ),
)
declare(
    subscriptions.CHAPTER,
    _FORMATS,
    "Equipment",
    subscriptions.equipment,
    (
        Field(46, "vendorId", "a text", formats.text, section="equipment"),
        Field(47, "macAddress", "a MAC address with colons", formats.mac, section="equipment"),
    ),
)
