"""One request and its answer, as a check looks at them and as a report shows them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

import httpx2

_SHOWN = 1500


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request and its answer; `whole` is False when the answer was longer than we read.

    `secrets` are never shown.
    """

    method: str
    url: str
    sent: Mapping[str, str]
    body: str | None
    status: int
    headers: httpx2.Headers
    content: bytes
    whole: bool = True
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @cached_property
    def _read(self) -> tuple[Any, str | None]:
        try:
            text = self.content.decode("utf-8", "strict" if self.whole else "ignore")
        except UnicodeDecodeError as error:
            return None, f"the body is no UTF-8: octet {error.start} is {self.content[error.start]:#04x}"
        if not self.whole:
            return _beginning(text), None
        try:
            return json.loads(text, parse_float=Decimal, parse_constant=_no_number), None
        except ValueError as error:
            return None, f"the body is no JSON: {error}"

    @property
    def value(self) -> Any:
        """Return the body as JSON, exact in its decimals; None when it is none. Of a cut list, what came whole."""
        return self._read[0]

    @property
    def flaw(self) -> str | None:
        """Return why the body is no JSON, or None."""
        return self._read[1]

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Return the objects of a list, if it was answered; one that stands alone is a list of one."""
        if self.status >= 300:
            return []
        found = self.value if isinstance(self.value, list) else [self.value]
        return [one for one in found if isinstance(one, dict)]

    @property
    def title(self) -> str:
        """Return it in a line: what was asked, and the status."""
        return f"{self.method} {self.url} → {self.status}"

    def request_text(self) -> str:
        """Return the request as a report shows it."""
        lines = [f"{self.method} {self.url}", *(f"{name}: {value}" for name, value in self.sent.items())]
        return self._shown("\n".join(lines) + (f"\n\n{self.body}" if self.body else ""))

    def response_text(self) -> str:
        """Return the answer as a report shows it: its beginning."""
        lines = [f"{self.status}", *(f"{name}: {value}" for name, value in self.headers.items())]
        return self._shown("\n".join(lines) + "\n\n" + self.content[: 4 * _SHOWN].decode("utf-8", "replace"))

    def _shown(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "••••")
        return text if len(text) <= _SHOWN else text[:_SHOWN] + " …"


def _beginning(text: str) -> Any:
    """Return the elements of a JSON array that are whole in a text which ends early; None when it is no array."""
    decoder = json.JSONDecoder(parse_float=Decimal)
    position = len(text) - len(text.lstrip())
    if text[position : position + 1] != "[":
        return None
    position += 1
    found: list[Any] = []
    while True:
        position += len(text[position : position + 100]) - len(text[position : position + 100].lstrip(" \t\r\n,"))
        try:
            value, position = decoder.raw_decode(text, position)
        except ValueError:
            return found
        found.append(value)


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no value of JSON")
