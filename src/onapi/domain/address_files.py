"""The text of an uploaded list: its encoding, its lines, and the character between its values.

Nobody knows the character set of a CSV file that arrives by mail, and a wrong guess turns Åsgatan
into Ã…sgatan in every system behind this one. So the guess is made here, once, and can be shown before
anything is kept.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from onapi import errors


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text without its byte order mark.

    `encoding` is the name people know it by: UTF-8, UTF-8 with BOM, ISO-8859-1 or Windows-1252. `warning` is
    a sentence when the letters look garbled, and None when they do not.
    """

    text: str
    encoding: str
    warning: str | None = None


_HOW_TO_SAVE = "Save the list as CSV in UTF-8 (in Excel: “CSV UTF-8”) and send it again."
_NOT_TEXT = {
    codecs.BOM_UTF16_LE: "UTF-16 text",
    codecs.BOM_UTF16_BE: "UTF-16 text",
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF document",
}
_OUTSIDE_C1 = bytes(byte for byte in range(256) if not 0x80 <= byte <= 0x9F)
_UNDEFINED_IN_1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
# å, ä, ö and é in UTF-8 that was read as ISO-8859-1, and the mark of a letter that was lost.
_GARBLED = ("Ã¥", "Ã¤", "Ã¶", "Ã©", "\ufffd")
_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\n|\r)|[^\r\n]+")
_QUOTED = re.compile(r'"[^"]*(?:"|\Z)')
# A header is far shorter; without a bound, a file of one endless quoted value would be searched whole.
_HEADER_MAX = 65_536


def decode(data: bytes) -> Decoded:
    """Return the text of `data`, read as UTF-8 if it can be, else as ISO-8859-1 or Windows-1252.

    Raises:
        Invalid: it is UTF-16, an archive or a document, has NUL bytes, or is in none of those encodings.
    """
    _refuse_what_is_not_text(data)
    marked = data.startswith(codecs.BOM_UTF8)
    try:
        text, encoding = data.decode("utf-8-sig"), "UTF-8 with BOM" if marked else "UTF-8"
    except UnicodeDecodeError as fault:
        if marked:
            # The fault counts from behind the mark.
            line = fault.object.count(b"\n", 0, fault.start) + 1
            raise errors.Invalid(
                f"The file says that it is UTF-8, but line {line} holds a byte that is not. {_HOW_TO_SAVE}"
            ) from fault
        text, encoding = _decode_single_bytes(data)
    return Decoded(text, encoding, _warning(text))


def delimiter(text: str) -> str:
    """Return the one of , ; tab | that occurs most in the first line that has text, quoted values left out.

    Equal counts go to the first in that order, so a list of one column is read with a comma.
    """
    bare = _QUOTED.sub("", text[:_HEADER_MAX])
    header = next((line for line in lines(bare) if line.strip()), "")
    return max(",;\t|", key=header.count)


def lines(text: str) -> Iterator[str]:
    r"""Yield each line of `text` with its end (\n, \r\n or \r), one at a time.

    `str.splitlines` also breaks at U+0085 and U+2028, which are inside values; `io.StringIO` copies the whole
    text at four bytes a character.
    """
    return (match.group() for match in _LINE.finditer(text))


def _refuse_what_is_not_text(data: bytes) -> None:
    for start, kind in _NOT_TEXT.items():
        if data.startswith(start):
            raise errors.Invalid(f"The file is {kind}, not a text file. {_HOW_TO_SAVE}")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise errors.Invalid(
            f"The file holds a NUL byte on line {line}: it is UTF-16, or not text at all. {_HOW_TO_SAVE}"
        )


def _decode_single_bytes(data: bytes) -> tuple[str, str]:
    """Return text and encoding of data that is not UTF-8, or raise Invalid.

    The two encodings differ in 0x80–0x9f only: letters and punctuation in Windows-1252, but control
    characters, which no list holds, in ISO-8859-1.
    """
    between = set(data.translate(None, _OUTSIDE_C1))
    if undefined := between & _UNDEFINED_IN_1252:
        raise errors.Invalid(
            f"The file holds the byte 0x{min(undefined):02x}, which is in none of UTF-8, ISO-8859-1 and"
            f" Windows-1252. {_HOW_TO_SAVE}"
        )
    if between:
        return data.decode("cp1252"), "Windows-1252"
    return data.decode("iso-8859-1"), "ISO-8859-1"


def _warning(text: str) -> str | None:
    found = next((letters for letters in _GARBLED if letters in text), None)
    if found is None:
        return None
    return f"The text holds “{found}”, so its letters å ä ö were probably garbled before it was sent."
