"""What an element is made of. Source: RFC 6933 (ENTITY-MIB)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from onapi.drivers.contract import Snmp
from onapi.drivers.snmp.profiles import Value, text

_ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
_CONTAINED_IN, _CLASS, _NAME = f"{_ENTITY}.4", f"{_ENTITY}.5", f"{_ENTITY}.7"
FIRMWARE, SOFTWARE = f"{_ENTITY}.9", f"{_ENTITY}.10"
SERIAL_NUMBER, MANUFACTURER, MODEL = f"{_ENTITY}.11", f"{_ENTITY}.12", f"{_ENTITY}.13"
_ALIAS = "1.3.6.1.2.1.47.1.3.2.1.2"
_CONTAINS = "1.3.6.1.2.1.47.1.3.3.1.1"
_IF_INDEX = "1.3.6.1.2.1.2.2.1.1"
_CHASSIS, _SENSOR = 3, 8
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class PortEntity:
    """The entity that is a port; `proof` is the object whose value must be `shown`."""

    index: int
    proof: str
    shown: str

    def is_in(self, answer: Mapping[str, Value]) -> bool:
        """Return whether an answer, for which `proof` was asked, is about this port."""
        return text(answer.get(self.proof)) == self.shown


@dataclass(frozen=True, slots=True)
class Sensor:
    """A sensor with its name, and the entity that it is in."""

    index: int
    name: str
    inside: int


class Entities:
    """The entities of one element; what has been found out is kept."""

    def __init__(self, snmp: Callable[[], Snmp]) -> None:
        self._snmp = snmp
        self._ports: dict[str, PortEntity] | None = None
        self._children: dict[int, list[int]] | None = None
        self._lists_contents = False
        self._chassis: int | None = None

    def forget_contents(self) -> None:
        """Look anew at what is inside what."""
        self._children = None

    async def port(self, interface: int, name: str) -> PortEntity | None:
        """Return the entity of a port, None when the element does not tell."""
        if self._ports is None:
            rows = await self._snmp().walk(_ALIAS)
            mapped = {oid: value for oid, value in rows.items() if str(value).startswith(f"{_IF_INDEX}.")}
            # An agent that does not map entities to interfaces mostly gives them the same names.
            shown = mapped or await self._snmp().walk(_NAME)
            self._ports = {}
            for oid, value in shown.items():
                words = text(value)
                if words is not None:
                    index = int(oid.split(".")[-2 if mapped else -1])
                    self._ports.setdefault(words, PortEntity(index, oid, words))
        return self._ports.get(f"{_IF_INDEX}.{interface}") or self._ports.get(name)

    async def sensors(self, entity: int) -> list[Sensor]:
        """Return the sensors inside an entity, at any depth."""
        found: list[Sensor] = []
        inside = [entity]
        for _ in range(_DEEPEST):
            below = {child: parent for parent in inside for child in await self._below(parent)}
            if not below:
                break
            told = await self._snmp().get([f"{column}.{child}" for child in below for column in (_CLASS, _NAME)])
            sensors = [child for child in below if told.get(f"{_CLASS}.{child}") == _SENSOR]
            found += [Sensor(child, text(told.get(f"{_NAME}.{child}")) or "", below[child]) for child in sensors]
            inside = [child for child in below if child not in sensors]
        return found

    async def chassis(self) -> int | None:
        """Return the entity that is the element as a whole, None when the element does not tell."""
        if self._chassis is None:
            # The first entity nearly always is.
            if (await self._snmp().get([f"{_CLASS}.1"])).get(f"{_CLASS}.1") == _CHASSIS:
                self._chassis = 1
            else:
                classes = await self._snmp().walk(_CLASS)
                chassis = [int(oid.rpartition(".")[2]) for oid, found in classes.items() if found == _CHASSIS]
                self._chassis = min(chassis, default=0)
        return self._chassis or None

    async def _below(self, entity: int) -> list[int]:
        """Return what is directly inside an entity."""
        rows = await self._snmp().walk(f"{_CONTAINS}.{entity}")
        if rows:
            self._lists_contents = True
        if rows or self._lists_contents:
            return [int(oid.rpartition(".")[2]) for oid in rows]
        if self._children is None:
            # Many agents have no such table, and all of them the column that says the same the other way round.
            self._children = {}
            for oid, parent in (await self._snmp().walk(_CONTAINED_IN)).items():
                if isinstance(parent, int):
                    self._children.setdefault(parent, []).append(int(oid.rpartition(".")[2]))
        return self._children.get(entity, [])
