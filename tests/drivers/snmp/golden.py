"""What the driver reads of the recorded switches; `python -m tests.drivers.snmp.golden` writes it anew."""

import asyncio
import dataclasses
import json
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from onapi.drivers.contract import Unsupported
from tests.drivers.snmp import agent
from tests.drivers.snmp.reading import PORTS, reading

FOLDER = Path(__file__).parent / "golden"
_NUMBERS = (1, 2, 3, 4, 5, 7, 9, 13, 14, 25)


async def readings(name: str) -> dict[str, Any]:
    """Return all that is read of some ports of a switch, as JSON has it."""
    ports = [PORTS[name].removesuffix("3") + str(number) for number in _NUMBERS]
    async with reading(agent.read(name)) as (driver, _):
        found: dict[str, Any] = {
            "probe": await _told(driver.probe()),
            "hardware": await _told(driver.hardware()),
            "counters": await _told(driver.counters(ports)),
            "ports": {
                port: {
                    "link": await _told(driver.link(port)),
                    "macs": await _told(driver.macs(port, ())),
                    "macs of VLAN 10": await _told(driver.macs(port, (10,))),
                    "macs of VLANs 30 and 31": await _told(driver.macs(port, (30, 31))),
                    "groups": await _told(driver.groups(port)),
                    "bindings": await _told(driver.bindings(port)),
                }
                for port in ports
            },
        }
    return found


def kept(name: str) -> Any:
    """Return what was read when somebody looked."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


async def _told(asked: Awaitable[Any]) -> Any:
    try:
        return _plain(await asked)
    except Unsupported as error:
        return error.sentence


def _plain(value: Any) -> Any:
    """Return a reading as JSON has it, without what is not known."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {name: told for name, told in fields.items() if told not in (None, [])}
    if isinstance(value, dict):
        return {key: _plain(below) for key, below in value.items()}
    if isinstance(value, tuple):
        return [_plain(below) for below in value]
    return value if isinstance(value, bool | int | float | str) or value is None else value.isoformat()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for _name in PORTS:
        _told_now = json.dumps(asyncio.run(readings(_name)), indent=1, ensure_ascii=False)
        (FOLDER / f"{_name}.json").write_text(_told_now + "\n", encoding="utf-8")
