"""Which row of an element's tables is a port: by ifName, ifDescr, ifAlias, or the ifIndex itself.

The rows are walked once. As they can change their numbers when the element restarts, what is read of a row is
believed only together with its name; a port whose row has another name by now is looked for anew.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from onapi.drivers.contract import Snmp, Unsupported
from onapi.drivers.snmp.profiles import Value, text

_INDEX = "1.3.6.1.2.1.2.2.1.1"
_DESCRIPTION = "1.3.6.1.2.1.2.2.1.2"
_TYPE = "1.3.6.1.2.1.2.2.1.3"
_NAME = "1.3.6.1.2.1.31.1.1.1.1"
_ALIAS = "1.3.6.1.2.1.31.1.1.1.18"
_COLUMNS = (_NAME, _DESCRIPTION, _ALIAS)
# A port that is not there is not looked for more often than this.
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Interface:
    """A row; `proof` is the object whose value must be `name`."""

    index: int
    proof: str
    name: str

    def is_in(self, answer: Mapping[str, Value]) -> bool:
        """Return whether an answer, for which `proof` was asked, is about this port."""
        found = answer.get(self.proof)
        return (str(found) if isinstance(found, int) else text(found)) == self.name


class Interfaces:
    """The ports of one element."""

    def __init__(self, snmp: Callable[[], Snmp], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._snmp = snmp
        self._clock = clock
        self._walked: dict[str, dict[str, list[int]]] = {}
        self._numbers: dict[str, Interface] = {}
        self._since = clock()

    async def find(self, port: str) -> Interface:
        """Return a port's row.

        Raises:
            Unsupported: the element has no such port, or several.
        """
        found = await self._look(port)
        if found is None and self._clock() - self._since > _PATIENCE_S:
            self.forget()
            found = await self._look(port)
        if found is None:
            raise Unsupported(f"The network element has no port {port}.")
        return found

    async def find_all(self, ports: Iterable[str]) -> dict[str, Interface]:
        """Return the rows of some ports; those that the element lacks are left out."""
        found: dict[str, Interface] = {}
        for port in ports:
            try:
                found[port] = await self.find(port)
            except Unsupported:
                continue
        return found

    async def names(self, types: frozenset[int]) -> tuple[str, ...]:
        """Return the names of the ports of some kinds, by ifType, in the element's order."""
        kinds = await self._snmp().walk(_TYPE)
        indexes = {oid.rpartition(".")[2] for oid, kind in kinds.items() if kind in types}
        rows = await self._snmp().walk(_NAME) or await self._snmp().walk(_DESCRIPTION)
        named = [text(value) for oid, value in rows.items() if oid.rpartition(".")[2] in indexes]
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def forget(self) -> None:
        """Look for every port anew."""
        self._walked.clear()
        self._numbers.clear()
        self._since = self._clock()

    async def _look(self, port: str) -> Interface | None:
        if not port:
            return None
        for column in _COLUMNS:
            indexes = (await self._column(column)).get(port, [])
            if len(indexes) > 1:
                raise Unsupported(f"The network element has {len(indexes)} ports {port}.")
            if indexes:
                return Interface(indexes[0], f"{column}.{indexes[0]}", port)
        return await self._by_number(port)

    async def _column(self, column: str) -> dict[str, list[int]]:
        if column not in self._walked:
            rows: dict[str, list[int]] = {}
            for oid, value in (await self._snmp().walk(column)).items():
                name = text(value)
                if name is not None:
                    rows.setdefault(name, []).append(int(oid.rpartition(".")[2]))
            self._walked[column] = rows
        return self._walked[column]

    async def _by_number(self, port: str) -> Interface | None:
        if not (port.isascii() and port.isdecimal() and len(port) <= 10) or port.startswith("0"):
            return None
        if port not in self._numbers:
            interface = Interface(int(port), f"{_INDEX}.{port}", port)
            if not interface.is_in(await self._snmp().get([interface.proof])):
                return None
            self._numbers[port] = interface
        return self._numbers[port]
