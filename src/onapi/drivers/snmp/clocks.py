"""When something was, by an element's clocks, which count from its start."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from onapi.drivers.snmp.profiles import Columns, Value

_UPTIME = "1.3.6.1.2.1.1.3.0"
_ENGINE_TIME = "1.3.6.1.6.3.10.2.1.3.0"
# sysUpTime counts hundredths of a second in 32 bits, and starts anew after 497 days.
_TURN_S = 2**32 / 100
# snmpEngineTime counts seconds in 31 bits; more is no time.
_LONGEST_S = 2**31

OIDS = (_UPTIME, _ENGINE_TIME)
"""What must be asked for, beside a profile's columns, to know the time."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """An element's clocks at the moment `now`; `uptime_s` is sysUpTime, None when it does not tell of moments."""

    now: datetime
    up_since: datetime | None
    uptime_s: float | None

    @classmethod
    def read(cls, columns: Columns, answer: Mapping[str, Value], now: datetime) -> "Clocks":
        """Return the clocks; `columns` are the objects that count since the start, in order of preference."""
        counted = (column.number(answer.get(column.oid)) for column in columns)
        up_s = next((seconds for seconds in counted if seconds is not None and 0 <= seconds <= _LONGEST_S), None)
        ticks, engine_s = answer.get(_UPTIME), answer.get(_ENGINE_TIME)
        uptime_s = ticks / 100 if isinstance(ticks, int) and 0 <= ticks < 2**32 else None
        if uptime_s is not None and isinstance(engine_s, int) and engine_s - uptime_s > _TURN_S / 2:
            # It has started anew since, and a moment by it may be this time round or before.
            uptime_s = None
        return cls(now, _before(now, up_s) if up_s is not None else None, uptime_s)

    def at(self, moment_s: float | None) -> datetime | None:
        """Return when sysUpTime had a value, None when that cannot be told; 0 is before anybody looked."""
        if self.uptime_s is None or moment_s is None or not 0 < moment_s <= self.uptime_s:
            return None
        return _before(self.now, self.uptime_s - moment_s)


def _before(now: datetime, seconds: float) -> datetime:
    """Return a moment in whole seconds: no clock is better, and the same moment should read the same twice."""
    return (now - timedelta(seconds=seconds)).replace(microsecond=0)
