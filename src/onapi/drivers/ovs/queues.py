"""The queues of a port in the database: a QoS row, and a Queue row for each.

Both kinds stay when nothing refers to them any more, so they are labelled with the port's name, and whoever replaces
them deletes the old ones. Source: ovs-vswitchd.conf.db(5), "QoS TABLE" and "Queue TABLE".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from onapi.drivers.ovs import rows
from onapi.drivers.ovs.layout import Layout, Queue
from onapi.drivers.ovs.rows import Operation, Row
from onapi.drivers.readings import Speed

_PORT, _SLOT, _TECH = "onapi:port", "onapi:slot", "onapi:tech"
_HTB = "linux-htb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a QoS or Queue row says."""

    settings: Mapping[str, str]
    labels: Mapping[str, str]

    @classmethod
    def read(cls, row: Row) -> "Contents":
        """Read a row."""
        return cls(settings=rows.texts(row, "other_config"), labels=rows.texts(row, "external_ids"))

    def written(self) -> dict[str, object]:
        """Return the columns of a row."""
        return {"other_config": rows.map_of(self.settings), "external_ids": rows.map_of(self.labels)}

    def kbps(self, setting: str) -> int | None:
        """Return a rate, or None when it is not set."""
        rate = self.settings.get(setting, "")
        return int(rate) // 1000 if rate.isdecimal() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """All queues of a port by their numbers, and the QoS that has them; both empty when nothing holds the port."""

    kind: str = ""
    whole: Contents | None = None
    queues: Mapping[int, Contents] = field(default_factory=dict)

    @classmethod
    def of(cls, port: str, layout: Layout) -> "Queues":
        """Return the queues that a layout needs."""
        if not layout.queues:
            return cls()
        most = max(queue.kbps for queue in layout.queues)
        return cls(
            kind=_HTB,
            whole=Contents(settings={"max-rate": _bits(most)}, labels={_PORT: port}),
            queues={queue.number: _contents(port, queue) for queue in layout.queues},
        )

    @classmethod
    def read(cls, port: Row, qos: Sequence[Row], queues: Sequence[Row]) -> "Queues | None":
        """Return the queues that a port has; None when they are not all ours, or not all of ours.

        Args:
            port: the port's row.
            qos: the QoS rows that are labelled with its name.
            queues: the Queue rows that are.
        """
        if rows.references(port, "qos") != {rows.identity(row) for row in qos}:
            return None
        by_uuid = {rows.identity(row): Contents.read(row) for row in queues}
        if not qos:
            return None if by_uuid else cls()
        numbered = rows.numbered(qos[0], "queues")
        if set(numbered.values()) != set(by_uuid):
            return None
        return cls(
            kind=rows.text(qos[0], "type") or "",
            whole=Contents.read(qos[0]),
            queues={number: by_uuid[row] for number, row in numbered.items()},
        )

    def rates(self) -> dict[str, Speed]:
        """Return what each service's queue is held to, by its slot."""
        return {
            contents.labels[_SLOT]: Speed(
                tech=contents.labels.get(_TECH, "unknown"),
                queue=str(number),
                cir_kbps=contents.kbps("min-rate"),
                pir_kbps=contents.kbps("max-rate"),
            )
            for number, contents in sorted(self.queues.items())
            if _SLOT in contents.labels
        }

    def inserted(self) -> list[Operation]:
        """Return what makes these rows; the QoS is the named-uuid `qos` after that."""
        if self.whole is None:
            return []
        made = [_insert("Queue", f"queue{number}", contents.written()) for number, contents in self.queues.items()]
        numbered = rows.map_of({number: ["named-uuid", f"queue{number}"] for number in self.queues})
        return [*made, _insert("QoS", "qos", {**self.whole.written(), "type": self.kind, "queues": numbered})]


def of_port(name: str) -> list[object]:
    """Return the condition that a QoS or Queue row is labelled with a port's name."""
    return [["external_ids", "includes", rows.map_of({_PORT: name})]]


def _contents(port: str, queue: Queue) -> Contents:
    labels = {_SLOT: queue.slot, _TECH: queue.tech} if queue.slot else {}
    rate = _bits(queue.kbps)
    return Contents(settings={"min-rate": rate, "max-rate": rate}, labels={_PORT: port, **labels})


def _insert(table: str, name: str, columns: Mapping[str, object]) -> Operation:
    return {"op": "insert", "table": table, "uuid-name": name, "row": columns}


def _bits(kbps: int) -> str:
    return str(kbps * 1000)
