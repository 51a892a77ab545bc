"""The way to one element by SNMP, for drivers; see `contract.Snmp`.

The library below tells an agent's error from an absent value only where it must, and believes an agent whose tables
never end; all of that is looked after here.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from gufo.snmp import NoSuchInstance, SnmpEncodeError
from gufo.snmp._fast import GetIter
from gufo.snmp.typing import ValueType

from onapi.drivers.contract import Garbled, Manners
from onapi.drivers.snmp.credentials import Credentials
from onapi.drivers.snmp.exchange import Exchange, Socket

T = TypeVar("T")
Value = int | bytes | str
Row = tuple[str, ValueType] | None

_UPTIME = "1.3.6.1.2.1.1.3.0"
# An SNMPv3 agent believes who asks within 150 s of its clock; what was learnt of that is learnt anew after this.
_STALE_S = 100.0


class Session:
    """Asks one element, one question at a time.

    `deadline_s` is the most that one `get` or `walk` takes, with all its questions and their repetitions; it may be
    cancelled sooner. An element is not believed that a table of it has more than `rows` rows.

    Raises:
        ValueError: the address is no IP address.
    """

    def __init__(
        self,
        address: str,
        credentials: Credentials,
        *,
        port: int = 161,
        manners: Manners | None = None,
        deadline_s: float = 20.0,
        rows: int = 50_000,
    ) -> None:
        self._exchange = Exchange(address, port, credentials)
        self._manners = manners or Manners()
        self._instances = self._manners.instances
        self._repetitions = self._manners.repetitions
        self._deadline_s = deadline_s
        self._most_rows = rows
        self._lock = asyncio.Lock()
        self._refused: set[str] = set()
        self._used_at = 0.0

    @property
    def sent(self) -> int:
        """Packets sent so far, with repetitions."""
        return self._exchange.sent

    def suit(self, manners: Manners) -> None:
        """Ask like this from now on; see `contract.Snmp.suit`."""
        if manners != self._manners:
            self._manners = manners
            self._instances = manners.instances
            self._repetitions = manners.repetitions

    def close(self) -> None:
        """Let go of the socket; the next question takes a new one."""
        self._exchange.close()

    async def get(self, oids: Sequence[str]) -> dict[str, Value]:
        """Return the values of these instances; those that the element lacks are left out.

        Raises:
            TimedOut: the element did not answer in time.
            Unreachable: nobody is at the address.
            AuthFailed: the element does not take the credentials.
            Garbled: the element answers what nobody can read, something else than was asked, or only errors.
        """
        wanted = [oid for oid in dict.fromkeys(oids) if oid not in self._refused]
        found: dict[str, Value] = {}
        async with self._turn() as until:
            position = 0
            while position < len(wanted):
                part = wanted[position : position + self._instances]
                found.update(await self._part(part, until))
                position += len(part)
        if not found and not self._refused.isdisjoint(oids):
            raise Garbled("The network element answers with errors only.")
        return found

    async def walk(self, oid: str) -> dict[str, Value]:
        """Return everything below an object, in the element's order, which must increase.

        Raises:
            DriverError: as `get`; an endless or unordered table is Garbled.
        """
        async with self._turn() as until:
            while True:
                rows = await self._below(oid, until)
                if rows is not None:
                    return rows
                self._repetitions = max(1, self._repetitions // 2)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[float]:
        """Wait for one's turn, which ends at the moment of the loop's clock that this gives."""
        loop = asyncio.get_running_loop()
        async with self._lock:
            if loop.time() - self._used_at > _STALE_S:
                self._exchange.close()
                self._refused.clear()
            yield loop.time() + self._deadline_s
            self._used_at = loop.time()

    async def _part(self, oids: list[str], until: float) -> dict[str, Value]:
        """Return the values of some instances, with smaller and smaller questions while the answer is an error."""
        answer = await self._whole(oids, until)
        if answer is not None:
            return answer
        if len(oids) == 1:
            return await self._single(oids[0], until)
        half = (len(oids) + 1) // 2
        refused = len(self._refused)
        answer = await self._part(oids[:half], until) | await self._part(oids[half:], until)
        if len(self._refused) == refused:
            # None of them was at fault: they were too many at once, and would be next time.
            self._instances = min(self._instances, half)
        return answer

    async def _whole(self, oids: list[str], until: float) -> dict[str, Value] | None:
        """Return the values of instances that are asked for at once, or None when the answer is an error."""
        try:
            answer = await self._get_many(oids, until)
            if not answer and _UPTIME not in oids:
                # The library shows an error as if all were absent; what every agent has tells the difference.
                answer = await self._get_many([*oids, _UPTIME], until)
        except SnmpEncodeError:
            return None
        strange = answer.keys() - {*oids, _UPTIME}
        if strange:
            raise Garbled(f"The network element answered {min(strange)}, which it was not asked for.")
        return _known({oid: answer[oid] for oid in oids if oid in answer}) if answer else None

    async def _get_many(self, oids: list[str], until: float) -> dict[str, ValueType]:
        return await self._ask(
            lambda socket: socket.send_get_many(oids), lambda socket: socket.recv_get_many(), until
        )

    async def _single(self, oid: str, until: float) -> dict[str, Value]:
        """Return the value of an instance by the one question whose errors the library shows; an error is absence."""
        try:
            value = await self._ask(lambda socket: socket.send_get(oid), lambda socket: socket.recv_get(), until)
        except NoSuchInstance:
            return {}
        if value is None:
            # One object that an agent stumbles over must not cost all the others, now or next time.
            self._refused.add(oid)
            return {}
        return _known({oid: value})

    async def _below(self, oid: str, until: float) -> dict[str, Value] | None:
        """Return the rows below an object, or None when the element cannot answer with so many rows at once."""
        position = GetIter(oid, self._repetitions)
        last = _arcs(oid)
        found: dict[str, ValueType] = {}
        while True:
            page = await self._ask(
                lambda socket: socket.send_get_bulk(position),
                lambda socket: _rows(lambda: socket.recv_get_bulk(position)),
                until,
            )
            for row in page:
                if row is None:
                    return _known(found)
                if _arcs(row[0]) <= last:
                    raise Garbled(f"The network element's table goes backwards at {row[0]}.")
                last = _arcs(row[0])
                found[row[0]] = row[1]
            if len(found) > self._most_rows:
                raise Garbled(f"The network element's table below {oid} has more than {self._most_rows} rows.")
            if not page:
                return _known(found) if await self._ended(position, until) else None

    async def _ended(self, position: GetIter, until: float) -> bool:
        """Return whether an empty answer was the end of all that the element has, and not an error.

        Too many rows at once are an error of some agents, which a single row does not make.
        """
        if self._repetitions == 1:
            return True
        return not await self._ask(
            lambda socket: socket.send_get_next(position),
            lambda socket: _rows(lambda: [socket.recv_get_next(position)]),
            until,
        )

    async def _ask(self, send: Callable[[Socket], None], receive: Callable[[Socket], T], until: float) -> T:
        return await self._exchange.ask(send, receive, self._manners, until)


def _rows(receive: Callable[[], list[Row]]) -> list[Row]:
    """Return the rows of an answer, None for one beyond the object; none at all at the end of everything."""
    try:
        return receive()
    except StopAsyncIteration:
        return []


def _known(answer: Mapping[str, ValueType]) -> dict[str, Value]:
    """Leave out what the contract has no type for, such as the floats of net-snmp's own tables."""
    return {oid: value for oid, value in answer.items() if isinstance(value, int | bytes | str)}


def _arcs(oid: str) -> tuple[int, ...]:
    return tuple(map(int, oid.split(".")))
