"""Every answer of the run, whatever it was to: these checks come last, and send nothing.

Source: ON-API 2.6.0 common/dataformats.md, common/responses.md.
"""

import re
from collections.abc import Iterator
from typing import Any

from onapi.conformance import formats
from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.register import Chapter, Findings
from onapi.conformance.server import Server

CHAPTER = Chapter("ANS", "Every answer", looks_back=True)
_FORMATS = "common/dataformats.md"
_RESPONSES = "common/responses.md"
_NO_NULL = re.compile(r"/(accesses|invoicespecification)/")
_MOST_DEPTH = 12
_IDENTITY = re.compile(r"\b(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-\d{4}\b")


def _with_bodies(server: Server) -> list[Exchange]:
    found = [one for one in server.session.log if one.content and one.status not in {204, 304}]
    if not found:
        raise Nothing("No answer had a body.")
    return found


def _leaves(value: Any, where: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield every value that is neither object nor array, with its path."""
    if isinstance(value, dict) and depth < _MOST_DEPTH:
        for name, below in value.items():
            yield from _leaves(below, f"{where}.{name}" if where else name, depth + 1)
    elif isinstance(value, list) and depth < _MOST_DEPTH:
        for number, below in enumerate(value):
            yield from _leaves(below, f"{where}[{number}]", depth + 1)
    else:
        yield where, value


@CHAPTER.must(1, "Bodies are application/json.", f"spec/*.md; {_RESPONSES}")
def content_type(server: Server) -> Findings:
    for answer in _with_bodies(server):
        given = answer.headers.get("Content-Type", "")
        if given.partition(";")[0].strip().lower() != "application/json" and answer.status < 300:
            yield Finding(f'Content-Type is "{given}"', answer)


@CHAPTER.must(2, "Bodies are JSON in UTF-8.", f"{_FORMATS}, Conventions and formatting")
def json(server: Server) -> Findings:
    for answer in _with_bodies(server):
        if answer.flaw is not None and answer.status < 300:
            yield Finding(answer.flaw[:1].upper() + answer.flaw[1:], answer)


@CHAPTER.should(3, "Refusals are JSON too.", f"{_RESPONSES}, Responses")
def json_refusals(server: Server) -> Findings:
    refused = [one for one in server.session.log if one.status >= 400]
    if not refused:
        raise Nothing("Nothing was refused.")
    for answer in refused:
        if answer.flaw is not None:
            yield Finding(f"{answer.status} came as {answer.headers.get('Content-Type', 'nothing')}", answer)


@CHAPTER.must(4, "A charset that is named is UTF-8.", f"{_FORMATS}, Conventions and formatting")
def charset(server: Server) -> Findings:
    for answer in _with_bodies(server):
        named = re.search(r'charset="?([^";\s]+)', answer.headers.get("Content-Type", ""), re.IGNORECASE)
        if named and named[1].lower() not in {"utf-8", "utf8"} and answer.status < 300:
            yield Finding(f"The charset is {named[1]}", answer)


@CHAPTER.contradictory(
    5,
    "No field is null: the data formats allow it in optional fields, accesses and invoices forbid it.",
    f"{_FORMATS}, Conventions and formatting",
    deviation="`null`",
)
def null(server: Server) -> Findings:
    for answer in _with_bodies(server):
        # Where it is forbidden, ACC-007 and INV-003 look.
        if answer.status >= 300 or _NO_NULL.search(answer.url):
            continue
        where = next((where for where, value in _leaves(answer.value) if value is None), None)
        if where is not None and answer.value is not None:
            yield Finding(f"{where} is null", answer)


@CHAPTER.should(6, "No request is answered 500.", f"{_RESPONSES}, 500")
def unrecoverable(server: Server) -> Findings:
    for answer in server.session.log:
        if answer.status >= 500 and answer.status not in {501, 503}:
            yield Finding(f"{answer.method} was answered {answer.status}", answer)


@CHAPTER.should(7, "429 says in Retry-After when to come back.", f"{_RESPONSES}, 429")
def retry_after(server: Server) -> Findings:
    found = [one for one in server.session.log if one.status == 429]
    if not found:
        raise Nothing("Nothing was answered 429.")
    for answer in found:
        if "Retry-After" not in answer.headers:
            yield Finding("There is no Retry-After", answer)


@CHAPTER.must(8, "204 has no body.", "RFC 9110, 15.3.5")
def no_content(server: Server) -> Findings:
    found = [one for one in server.session.log if one.status == 204]
    if not found:
        raise Nothing("Nothing was answered 204.")
    for answer in found:
        if answer.content or answer.headers.get("Content-Length", "0") != "0":
            yield Finding("A 204 has a body", answer)


@CHAPTER.should(9, "Texts have 255 characters at most.", f"{_FORMATS}, text")
def long_texts(server: Server) -> Findings:
    for answer in _with_bodies(server):
        if answer.status < 300:
            for where, value in _leaves(answer.value):
                if isinstance(value, str) and formats.text(value) and "description" not in where:
                    yield Finding(f"{where} has {len(value)} characters", answer)
                    break


@CHAPTER.must(10, "No value is a personal identity number.", f"{_FORMATS}, Conventions and formatting")
def personal(server: Server) -> Findings:
    for answer in _with_bodies(server):
        for where, value in _leaves(answer.value):
            numbers = _IDENTITY.findall(value) if isinstance(value, str) else []
            if any(_luhn(number) for number in numbers):
                yield Finding(f"{where} looks like a Swedish personal identity number", answer)
                break


def _luhn(number: str) -> bool:
    digits = [int(digit) for digit in number.replace("-", "")[2:]]
    total = sum(sum(divmod(digit * (2 - place % 2), 10)) for place, digit in enumerate(digits))
    return total % 10 == 0
