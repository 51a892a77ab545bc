"""The transceivers of ports: from a vendor's table, or from the sensors of RFC 3433 (ENTITY-SENSOR-MIB)."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from onapi.drivers.contract import Snmp
from onapi.drivers.readings import Transceiver
from onapi.drivers.snmp import profiles
from onapi.drivers.snmp.entities import MANUFACTURER, MODEL, SERIAL_NUMBER, Entities, Sensor
from onapi.drivers.snmp.profiles import Optics, Value, text
from onapi.drivers.snmp.quirks import watts

_SENSOR = "1.3.6.1.2.1.99.1.1.1"
_TYPE, _SCALE, _PRECISION, _VALUE, _STATUS, _UNITS = (f"{_SENSOR}.{column}" for column in range(1, 7))
_VOLTS, _AMPERES, _WATTS, _CELSIUS = 4, 5, 6, 8
# Not in the standard, but several vendors' fourteenth kind.
_DBM = 14
_OK = 1
_UNIT = 9
_RECEIVES = re.compile(r"(?<![a-z])(rx|receiv|input)", re.IGNORECASE)
_SENDS = re.compile(r"(?<![a-z])(tx|transmi|output)", re.IGNORECASE)
_TEXTS = {"serial_number": SERIAL_NUMBER, "vendor": MANUFACTURER, "part_number": MODEL}
# A slot that was empty is looked into again after this.
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask of a port's transceiver, and how the answer is read."""

    oids: tuple[str, ...]
    read: Callable[[Mapping[str, Value]], Transceiver | None]


_NOTHING = Question((), lambda _: None)


class Transceivers:
    """The transceivers of one element."""

    def __init__(self, snmp: Callable[[], Snmp], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._entities = Entities(snmp)
        self._snmp = snmp
        self._clock = clock
        self._sensors: dict[int, tuple[float, list[Sensor]]] = {}

    def forget(self) -> None:
        """Look into every port anew."""
        self._entities = Entities(self._snmp)
        self._sensors.clear()

    async def question(self, optics: Optics | None, interface: int, name: str) -> Question:
        """Return what to ask of a port's transceiver."""
        if optics is None:
            return _NOTHING
        if optics.index == "interface":
            return _of_columns(optics, interface)
        entity = await self._entities.port(interface, name)
        if entity is None:
            return _NOTHING
        below = (
            _of_columns(optics, entity.index)
            if optics.index == "entity"
            else _of_sensors(await self._below(entity.index))
        )

        def read(answer: Mapping[str, Value]) -> Transceiver | None:
            if entity.is_in(answer):
                return below.read(answer)
            # The element has numbered its parts anew, and this is another port's by now.
            self.forget()
            return None

        return Question((entity.proof, *below.oids), read)

    async def _below(self, entity: int) -> list[Sensor]:
        kept = self._sensors.get(entity)
        if kept is None or (not kept[1] and self._clock() - kept[0] > _PATIENCE_S):
            if kept is not None:
                self._entities.forget_contents()
            kept = self._clock(), await self._entities.sensors(entity)
            self._sensors[entity] = kept
        return kept[1]


def _of_columns(optics: Optics, index: int) -> Question:
    oids = [oid for columns in optics.columns.values() for oid in profiles.instances(columns, index)]
    if optics.present is not None:
        oids.append(optics.present.instance(index))

    def read(answer: Mapping[str, Value]) -> Transceiver | None:
        if optics.present is not None and optics.present.word(answer.get(optics.present.instance(index))) is False:
            return None
        found: dict[str, float | str | None] = {}
        for name, columns in optics.columns.items():
            if name in _TEXTS:
                word = profiles.first_word(columns, index, answer)
                found[name] = word if isinstance(word, str) else None
            else:
                found[name] = profiles.first(columns, index, answer)
        return _if_any(Transceiver(**found))  # type: ignore[arg-type]

    return Question(tuple(oids), read)


def _of_sensors(sensors: list[Sensor]) -> Question:
    columns = (_TYPE, _SCALE, _PRECISION, _VALUE, _STATUS, _UNITS)
    oids = [f"{column}.{sensor.index}" for sensor in sensors for column in columns]
    modules = dict.fromkeys(sensor.inside for sensor in sensors)
    oids += [f"{column}.{module}" for module in modules for column in _TEXTS.values()]

    def read(answer: Mapping[str, Value]) -> Transceiver | None:
        found = Transceiver()
        for sensor in reversed(sensors):
            # What comes first counts: of several lanes that is the first.
            found = replace(found, **_measured(sensor, answer))  # type: ignore[arg-type]
        for module in modules:
            texts = {name: text(answer.get(f"{column}.{module}")) for name, column in _TEXTS.items()}
            found = replace(found, **{name: told for name, told in texts.items() if told is not None})  # type: ignore[arg-type]
        return _if_any(found)

    return Question(tuple(oids), read)


def _measured(sensor: Sensor, answer: Mapping[str, Value]) -> dict[str, float]:
    """Return what a sensor measures, by the name of the reading; nothing when it does not work."""
    kind, scale, precision, raw, status = (
        answer.get(f"{column}.{sensor.index}") for column in (_TYPE, _SCALE, _PRECISION, _VALUE, _STATUS)
    )
    if status != _OK or not isinstance(raw, int) or not isinstance(scale, int) or not isinstance(precision, int):
        return {}
    if not (1 <= scale <= 17 and -8 <= precision <= 9):
        return {}
    value = raw * 1000.0 ** (scale - _UNIT) / 10.0**precision
    units = text(answer.get(f"{_UNITS}.{sensor.index}")) or ""
    if kind == _DBM or units.lower() == "dbm":
        return _power(sensor, value)
    if kind == _WATTS:
        return _power(sensor, watts(value))
    if kind == _AMPERES:
        return {"bias_ma": round(value * 1000, 4)}
    if kind == _VOLTS:
        return {"supply_v": round(value, 4)}
    return {"temperature_c": round(value, 4)} if kind == _CELSIUS else {}


def _power(sensor: Sensor, dbm: float | None) -> dict[str, float]:
    if dbm is None:
        return {}
    if _RECEIVES.search(sensor.name):
        return {"rx_dbm": round(dbm, 4)}
    return {"tx_dbm": round(dbm, 4)} if _SENDS.search(sensor.name) else {}


def _if_any(found: Transceiver) -> Transceiver | None:
    """Return a transceiver of which something is known."""
    return found if found != Transceiver() else None
