"""The contract suite: what every driver must do, ours or a stranger's, as one function that returns complaints.

    complaints = await checks.check(AcmeDriver, element, transports, port="ge-0/0/1", absent_port="ge-9/9/9")
    assert complaints == []

The element may be real, recorded or simulated. It is only read, unless `deliveries` are given: then the port is made
to deliver one, the other, and nothing.
"""

import ast
import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from onapi.drivers import contract, provisioning_checks, soundness
from onapi.drivers.contract import (
    Delivery,
    Driver,
    DriverError,
    Element,
    Facts,
    Identifiers,
    Port,
    Provisions,
    Transports,
    Unsupported,
)
from onapi.drivers.faulty import Fault, Faulty, OnlyNames, Watched
from onapi.drivers.outcomes import Outcome, ended, outcome
from onapi.drivers.readings import Binding, Counters, Cpe, Group, Hardware, LearntMac, Link

_ALLOWED = ("onapi.drivers.contract", "onapi.drivers.readings")
_BARRED = ("socket", "ssl", "subprocess", "threading", "requests", "urllib", "http")
_ELEMENTS = (
    ("", ""),
    ("1.3.6.1.4.1.8072.3.2.10", "Linux asw-1 6.1.0"),
    ("not an identifier", "\x00\uffff"),
    (f"1.3.6.1.4.1.{'9' * 300}", "x" * 5000),
)
_KINDS: Mapping[str, type] = {
    "probe": Facts,
    "hardware": Hardware,
    "link": Link,
    "counters": Counters,
    "macs": LearntMac,
    "groups": Group,
    "bindings": Binding,
    "leases": Binding,
    "cpe": Cpe,
}
_TABLES = ("macs", "groups", "bindings", "leases")
_ACCESS, _SLOT = "CHECK-1", "a service"


async def check(
    driver_class: type[Driver],
    element: Element,
    transports: Transports,
    port: str,
    absent_port: str,
    *,
    identifiers: Identifiers = Identifiers(),  # noqa: B008 — it is frozen
    deliveries: tuple[Delivery, Delivery] | None = None,
) -> list[str]:
    """Return what a driver does that the contract does not allow, in sentences; nothing when it is as it should be.

    Args:
        driver_class: the driver.
        element: an element that the driver can read.
        transports: the ways to it.
        port: a port that the element has.
        absent_port: one that it has not.
        identifiers: what DHCP knows the access at `port` by, for a driver of a DHCP server.
        deliveries: two that the port can deliver, for a driver that provisions; None leaves that out.
    """
    found = await _of_class(driver_class)
    if found:
        return found
    found += _imports(driver_class)
    watched = Watched(transports)
    made = await _made(driver_class, element, watched)
    if made.value is None:
        return [*found, f"It cannot be made: {made}."]
    if watched.asked:
        found.append("It asks the element when it is made; a driver asks when it is asked.")
    driver = made.value
    there = Port(access_id=_ACCESS, slot=_SLOT, name=port, identifiers=identifiers)
    absent = Port(access_id=_ACCESS, slot=_SLOT, name=absent_port)
    for part in (_probed(driver, there), _read(driver, there), _lacking(driver, there, absent)):
        found += await part
    for fault in Fault:
        found += await _under(fault, driver_class, element, there)
    found += await _under_names(driver_class, element, transports, there)
    if deliveries is not None and isinstance(driver, Provisions):
        found += await provisioning_checks.complaints(driver, there, absent, *deliveries)
        dead = await _made(driver_class, element, Faulty(Fault.SILENT))
        silent: Any = dead.value
        found += await provisioning_checks.silent_complaints(silent, there, deliveries[0])
    return found


async def _of_class(driver_class: type[Driver]) -> list[str]:
    found: list[str] = []
    version = getattr(driver_class, "contract", None)
    if version != contract.VERSION:
        found.append(f"Its contract is {version!r}; this is version {contract.VERSION}.")
    for name in ("probe", *_KINDS, "provision"):
        method = getattr(driver_class, name, None)
        if (name == "probe" or method is not None) and not inspect.iscoroutinefunction(method):
            found.append(f"Its {name} is not an async method.")
    if not any(callable(getattr(driver_class, name, None)) for name in (*_KINDS, "provision") if name != "probe"):
        found.append("It has none of the capabilities.")

    async def scores() -> list[int]:
        return [driver_class.match(object_id, description) for object_id, description in _ELEMENTS]

    first, second = await outcome(scores()), await outcome(scores())
    if first.value is None:
        found.append(f"Its match fails: {first}.")
    elif not all(type(score) is int and score >= 0 for score in first.value):
        found.append(f"Its match should return whole numbers from 0, not {first.value}.")
    elif first.value != second.value:
        found.append("Its match does not say the same twice.")
    return list(dict.fromkeys(found))


def _imports(driver_class: type[Driver]) -> list[str]:
    """Return what is wrong with the imports of the driver's module."""
    module = inspect.getmodule(driver_class)
    try:
        tree = ast.parse(inspect.getsource(module)) if module else None
    except OSError:
        tree = None
    if module is None or tree is None:
        return []
    own = (module.__package__ or module.__name__).split(".")
    package = ".".join(own) if own[0] == "onapi" else own[0]
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            paths = names if isinstance(node, ast.Import) else [f"{node.module or ''}.{name}" for name in names]
            for path in paths:
                if path.split(".")[0] in _BARRED:
                    found.append(f"It imports {path}; a driver asks by the transports that it is given.")
                elif _is_below(path, "onapi") and not any(_is_below(path, name) for name in (*_ALLOWED, package)):
                    found.append(f"It imports {path}; a driver imports {' and '.join(_ALLOWED)} only.")
    return found


async def _probed(driver: Driver, port: Port) -> list[str]:
    told, again = await outcome(driver.probe()), await outcome(driver.probe())
    if not isinstance(told.value, Facts):
        return [f"Its probe should return Facts, not: {told}."]
    found = soundness.complaints(told.value, "probe()")
    if told.value != again.value:
        found.append("Its probe does not say the same twice.")
    if told.value.ports and port.name not in told.value.ports:
        found.append(f"Its probe has ports, but not {port.name}.")
    return found


async def _read(driver: Driver, port: Port) -> list[str]:
    """Return what is wrong with the readings of a port that is there."""
    found: list[str] = []
    works = isinstance(driver, Provisions)
    for name, asked in _questions(driver, port).items():
        told: Outcome[Any] = await outcome(asked())
        if name == "probe" or isinstance(told.error, Unsupported):
            continue
        works = True
        wrong = [f"Its {name} fails: {told}."] if told.error else _fitting(name, told.value, port)
        if name == "counters" and not wrong:
            first: Any = told.value
            second: Any = (await outcome(asked())).value
            wrong = _fitting(name, second, port) or soundness.backwards(first[port.name], second[port.name])
        found += wrong
    return found if works else [*found, "Every capability is Unsupported; then what is it for?"]


async def _lacking(driver: Driver, port: Port, absent: Port) -> list[str]:
    """Return what is wrong with the readings of a port that is not there."""
    found: list[str] = []
    for name, asked in _questions(driver, absent).items():
        told = await outcome(asked())
        if name in ("probe", "hardware", "cpe") or isinstance(told.error, Unsupported):
            continue
        if name == "link" or told.error is not None or told.value not in ({}, ()):
            found.append(f"Its {name} of a port that is not there should be Unsupported, not: {told}.")
    if "counters" in _questions(driver, port):
        counting: Any = driver
        told = await outcome(counting.counters([absent.name, port.name]))
        if told.error is None and set(told.value or {}) != {port.name}:
            found.append("Its counters of two ports, of which one is not there, should be those of the other.")
    return found


async def _under(fault: Fault, driver_class: type[Driver], element: Element, port: Port) -> list[str]:
    """Return what a driver does wrong with an element that is not as it should be."""
    found: list[str] = []
    for name in ("probe", *_KINDS):
        ways = Faulty(fault)
        made = await _made(driver_class, element, ways)
        asked = _questions(made.value, port).get(name) if made.value is not None else None
        if asked is None:
            continue
        if fault is Fault.ENDLESS:
            found += await _stopped(name, asked, ways)
        else:
            found += _under_fault(fault, name, await outcome(asked()), port)
    return list(dict.fromkeys(found))


async def _under_names(driver_class: type[Driver], element: Element, transports: Transports, port: Port) -> list[str]:
    """Return which numbers a driver makes up when an element that it asks by SNMP has the port, and tells none."""
    found: list[str] = []
    for name in ("hardware", "link", "counters"):
        ways = OnlyNames(transports)
        made = await _made(driver_class, element, ways)
        asked = _questions(made.value, port).get(name) if made.value is not None else None
        told = await outcome(asked()) if asked is not None else Outcome()
        if told.error is not None and not isinstance(told.error, DriverError):
            found.append(f"Of an element that tells no numbers, its {name} should be DriverError, not: {told}.")
        if ways.asked == ways.by_snmp:
            found += soundness.claims(told.value, f"{name}()", texts=False)
    return found


def _under_fault(fault: Fault, name: str, told: Outcome[Any], port: Port) -> list[str]:
    where = f"Of {fault.value}, its {name}"
    if told.error is not None:
        allowed = (contract.TimedOut, contract.Unreachable, Unsupported) if fault is Fault.SILENT else (DriverError,)
        names = " or ".join(kind.__name__ for kind in allowed)
        return [] if isinstance(told.error, allowed) else [f"{where} should be {names}, not: {told}."]
    if fault is Fault.SILENT:
        return [f"{where} says {told}, which is made up."]
    if told.value in ({}, ()):
        return []
    wrong = _fitting(name, told.value, port)
    made_up = soundness.claims(told.value, f"{name}()") if fault is Fault.EMPTY else []
    return [f"Of {fault.value}: {complaint}" for complaint in (*wrong, *made_up)]


async def _stopped(name: str, asked: Callable[[], Awaitable[Any]], ways: Faulty) -> list[str]:
    """Return whether a driver goes on asking when whoever wanted to know has gone away."""
    task = asyncio.ensure_future(asked())
    waiting = asyncio.ensure_future(ways.asked.wait())
    await asyncio.wait({task, waiting}, timeout=60, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if task.done():
        task.cancelled() or task.exception()
        return []
    return [] if await ended(task) else [f"Its {name} cannot be cancelled."]


def _fitting(name: str, value: Any, port: Port) -> list[str]:
    """Return what is wrong with a reading: its kind, and what it says."""
    kind = _KINDS[name]
    if name == "counters":
        if not isinstance(value, dict) or set(value) != {port.name} or not isinstance(value[port.name], kind):
            return [f"Its counters should be those of the port that was asked for, not {value!r}."]
    elif name in _TABLES:
        if not isinstance(value, tuple) or not all(isinstance(row, kind) for row in value):
            return [f"Its {name} should be a tuple of {kind.__name__}, not {value!r}."]
    elif not isinstance(value, kind):
        return [f"Its {name} should be {kind.__name__}, not {value!r}."]
    return soundness.complaints(value, f"{name}()")


def _questions(driver: Any, port: Port) -> dict[str, Callable[[], Awaitable[Any]]]:
    """Return what a driver can be asked, by the names of the methods."""
    everything: dict[str, Callable[[], Awaitable[Any]]] = {
        "probe": driver.probe,
        "hardware": lambda: driver.hardware(),  # noqa: PLW0108 — a driver may lack it
        "link": lambda: driver.link(port.name),
        "counters": lambda: driver.counters([port.name]),
        "macs": lambda: driver.macs(port.name, ()),
        "groups": lambda: driver.groups(port.name),
        "bindings": lambda: driver.bindings(port.name),
        "leases": lambda: driver.leases(port.identifiers),
        "cpe": lambda: driver.cpe(),  # noqa: PLW0108 — a driver may lack it
    }
    return {name: asked for name, asked in everything.items() if callable(getattr(driver, name, None))}


async def _made(driver_class: type[Driver], element: Element, transports: Transports) -> Outcome[Driver]:
    async def making() -> Driver:
        return driver_class(element, transports)

    return await outcome(making())


def _is_below(path: str, package: str) -> bool:
    return f"{path}.".startswith(f"{package}.")
