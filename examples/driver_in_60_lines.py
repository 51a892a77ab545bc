"""A driver in 60 lines: Acme's switches, read by SNMP. It passes onapi's contract suite (onapi.drivers.checks)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from onapi.drivers.contract import Element, Facts, Transports, Unsupported
from onapi.drivers.readings import Counters, Link, Traffic

_DESCRIPTION, _OBJECT_ID = "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0"
_NAMES = "1.3.6.1.2.1.31.1.1.1.1"
_OPERATES, _SPEED = "1.3.6.1.2.1.2.2.1.8", "1.3.6.1.2.1.31.1.1.1.15"
_IN_BYTES, _OUT_BYTES = "1.3.6.1.2.1.31.1.1.1.6", "1.3.6.1.2.1.31.1.1.1.10"


class AcmeDriver:
    contract: ClassVar[int] = 1

    def __init__(self, element: Element, transports: Transports) -> None:
        self._transports = transports

    @classmethod
    def match(cls, sys_object_id: str, description: str) -> int:
        return 20 if sys_object_id.startswith("1.3.6.1.4.1.32473.") else 0

    async def probe(self) -> Facts:
        told = await self._transports.snmp().get([_OBJECT_ID, _DESCRIPTION])
        object_id, description = _text(told.get(_OBJECT_ID)), _text(told.get(_DESCRIPTION))
        return Facts(sys_object_id=object_id, description=description, vendor="Acme")

    async def link(self, port: str) -> Link:
        row = (await self._rows()).get(port)
        if row is None:
            raise Unsupported(f"There is no port {port}.")
        told = await self._transports.snmp().get([f"{_OPERATES}.{row}", f"{_SPEED}.{row}"])
        up = {1: True, 2: False}.get(_count(told.get(f"{_OPERATES}.{row}")) or 0)
        return Link(up=up, speed_mbps=_count(told.get(f"{_SPEED}.{row}")) or None)

    async def counters(self, ports: Sequence[str]) -> dict[str, Counters]:
        rows = {port: row for port, row in (await self._rows()).items() if port in ports}
        asked = [f"{column}.{row}" for row in rows.values() for column in (_IN_BYTES, _OUT_BYTES)]
        told = await self._transports.snmp().get(asked)
        return {
            port: Counters(
                read_at=datetime.now(UTC),
                input=Traffic(bytes=_count(told.get(f"{_IN_BYTES}.{row}"))),
                output=Traffic(bytes=_count(told.get(f"{_OUT_BYTES}.{row}"))),
            )
            for port, row in rows.items()
        }

    async def _rows(self) -> dict[str, str]:
        """Return the rows of the ports by name; an agent may answer anything, and what is no name is left out."""
        names = await self._transports.snmp().walk(_NAMES)
        return {name: oid.rpartition(".")[2] for oid, value in names.items() if (name := _text(value))}


def _text(value: int | bytes | str | None) -> str | None:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return text if isinstance(text, str) and text.isprintable() and text.strip() else None


def _count(value: int | bytes | str | None) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None
