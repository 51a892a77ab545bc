"""Holds ports to what they may send: a meter on the bridge for each service, and a flow that leads through it.

Meters and flows are numbered by the port's OpenFlow number and the kind of service. So they are found again without
being written down anywhere: whoever knows the port knows all that can be there of ours, and what should be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onapi.drivers.contract import OpenFlow
from onapi.drivers.ovs import messages
from onapi.drivers.ovs.layout import TECHS, Meter
from onapi.drivers.ovs.messages import Flow

_COOKIE = int.from_bytes(b"onap") << 32
"""The upper half of our flows' cookies; the lower is the port's number."""

_PRIORITY = 100
"""Of our flows: above the one that a bridge has by itself, below those of an operator that must come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a bridge has of ours on a port; meters by their numbers, as kbit/s and burst in kbit."""

    port: int
    meters: Mapping[int, tuple[int, int] | None]
    flows: frozenset[Flow]

    def kbps(self, tech: str) -> int | None:
        """Return what a service is held to; None when it has no meter, or nothing leads through it."""
        number = _number(self.port, tech)
        meter = self.meters.get(number)
        led = any(messages.through(number) in flow.instructions for flow in self.flows)
        return meter[0] if meter is not None and led else None


async def find(bridge: OpenFlow, port: int) -> Found:
    """Return what is ours on a port, by its OpenFlow number."""
    answers = await bridge.exchange([messages.ask_meters(), messages.ask_flows(_COOKIE | port)])
    numbers = {_number(port, tech) for tech in TECHS}
    meters = {number: meter for number, meter in messages.read_meters(answers).items() if number in numbers}
    return Found(port=port, meters=meters, flows=messages.read_flows(answers))


async def settle(bridge: OpenFlow, found: Found, wanted: Sequence[Meter]) -> bool:
    """Make a port have these meters and no others; return whether anything had to be done.

    Meters come before the flows that lead through them, and go after them, so that a service that has a limit before
    and after is never without one.
    """
    cookie = _COOKIE | found.port
    meters = {_number(found.port, meter.tech): meter for meter in wanted}
    flows = {_flow(found.port, number, meter) for number, meter in meters.items()}
    kept = {(flow.priority, flow.match) for flow in flows}
    # A flow with a match that is kept is replaced when the new one is added.
    gone = [flow for flow in found.flows if (flow.priority, flow.match) not in kept]
    steps = [
        messages.set_meter(
            messages.MODIFY if number in found.meters else messages.ADD,
            number,
            kbps=meter.kbps,
            burst_kbit=meter.burst_kbit,
        )
        for number, meter in meters.items()
        if found.meters.get(number) != (meter.kbps, meter.burst_kbit)
    ]
    steps += [messages.add_flow(cookie, flow) for flow in flows - found.flows]
    steps += [messages.delete_flow(cookie, flow) for flow in gone]
    steps += [messages.set_meter(messages.DELETE, number) for number in found.meters if number not in meters]
    if steps:
        await bridge.exchange(steps)
    return bool(steps)


def _number(port: int, tech: str) -> int:
    return port * len(TECHS) + TECHS.index(tech)


def _flow(port: int, number: int, meter: Meter) -> Flow:
    instructions = messages.through(number) + messages.output(messages.NORMAL)
    return Flow(_PRIORITY, messages.match(port=port, vlan=meter.vlan or 0), instructions)
