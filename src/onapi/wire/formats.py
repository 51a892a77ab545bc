"""The standard's data formats, as types that validate and that describe themselves in OpenAPI.

Source: ON-API 2.6.0 common/dataformats.md.
"""

from typing import Annotated, dataclass_transform

import msgspec


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Wire(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A JSON object of the standard: names in camelCase, absent fields absent, never null."""


def _pattern(regex: str, description: str, *examples: str) -> msgspec.Meta:
    return msgspec.Meta(pattern=regex, description=description, examples=list(examples))


Id = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[-0-9a-zA-Z.]{1,36}$",
        min_length=1,
        max_length=36,
        description="An ID: 1 to 36 of the characters a–z A–Z 0–9 - and .",
        examples=["ADA134312"],
    ),
]
Text = Annotated[str, msgspec.Meta(max_length=255, description="Text for people, at most 255 characters.")]
PostalCode = Annotated[str, msgspec.Meta(description="Five digits in Sweden.", examples=["12345"])]
CountryCode = Annotated[str, _pattern("^[A-Z]{2}$", "ISO 3166-1 alpha-2.", "SE")]
StreetNumber = Annotated[
    str, _pattern("^([0-9]+|[0-9]{1,4}-[0-9]{1,4})$", "A number, or a metre address.", "100", "550-70")
]
ApartmentNumber = Annotated[str, _pattern("^[0-9]{4}$", "Four digits; a string, since 0901 keeps its zero.", "0901")]
DateTime = Annotated[
    str, msgspec.Meta(description="RFC 3339; sent in UTC with Z.", examples=["2026-12-01T08:00:00Z"])
]
Reference = Annotated[
    str, msgspec.Meta(min_length=1, max_length=255, description="Kept as it was sent, 1 to 255 characters.")
]
