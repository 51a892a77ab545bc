"""The records of an address list as the file has them: CSV rows and JSON elements, each with its line."""

import csv
import json
import re
from collections.abc import Iterator
from typing import NoReturn

from onapi import errors
from onapi.domain import address_files


def csv_rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Yield the line each row starts on, and its cells or why it cannot be read; skip rows of blanks.

    Python limits a cell to 131,072 characters, which also ends the search for a quotation mark that nobody
    closed. Reading goes on with the line after the fault.
    """
    reader = csv.reader(address_files.lines(text), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            last = reader.line_num
            where = f"from here to line {last}" if last > line else "here"
            yield line, f"is not CSV {where}, perhaps for an unpaired quotation mark: {fault}"
        else:
            if any(map(str.strip, cells)):
                yield line, cells


_BLANKS = re.compile(r"[ \t\r\n]*")


def json_elements(text: str) -> Iterator[tuple[int, object]]:
    """Yield each element of the array in `text`, or of the values that follow one another, with its line.

    When the whole text is one line, which would place nothing, the elements are numbered from 1 instead.

    Raises:
        Invalid: the text is not JSON; the message says on which line and column. Elements before that place
            have been yielded by then.
    """
    at = _after_blanks(text, 0)
    inside_array = text.startswith("[", at)
    if inside_array:
        at = _after_blanks(text, at + 1)
    one_line = is_one_line(text)
    line, counted, number = 1, 0, 0
    while at < len(text) and not (inside_array and text[at] == "]"):
        if inside_array and number:
            at = _after_comma(text, at)
        line, counted, number = line + text.count("\n", counted, at), at, number + 1
        element, end = _element(text, at)
        yield number if one_line else line, element
        at = _after_blanks(text, end)
    if inside_array:
        _expect_end(text, at)


def is_one_line(text: str) -> bool:
    """Tell whether nothing but blanks follows the first line end that comes after the text's start."""
    start = _after_blanks(text, 0)
    line_end = text.find("\n", start)
    return line_end < 0 or _after_blanks(text, line_end) == len(text)


def _after_blanks(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _after_comma(text: str, at: int) -> int:
    if text[at] != ",":
        _refuse(text, at, "a comma or ] is missing")
    return _after_blanks(text, at + 1)


def _element(text: str, at: int) -> tuple[object, int]:
    """Return the JSON value that starts at `at`, and where it ends."""
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as fault:
        _refuse(text, fault.pos, fault.msg)
    except RecursionError:
        _refuse(text, at, "the value is nested too deeply")
    except ValueError as fault:  # NaN, or a number of thousands of digits
        _refuse(text, at, str(fault))


def _expect_end(text: str, at: int) -> None:
    if at >= len(text):
        _refuse(text, at, "the closing ] is missing")
    rest = _after_blanks(text, at + 1)
    if rest < len(text):
        _refuse(text, rest, "there is more text after the closing ]")


def _refuse(text: str, at: int, reason: str) -> NoReturn:
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    raise errors.Invalid(f"The address list is not JSON: line {line}, column {column}: {reason}.") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a value of JSON")


# Python reads NaN and Infinity by default, which the standard of JSON does not know.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
