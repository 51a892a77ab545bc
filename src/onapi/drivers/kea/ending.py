"""Ends the leases that an access may have no more, by the running Kea, since only that keeps its counts right."""

from dataclasses import dataclass, replace
from typing import Any

from onapi.drivers.contract import Busy, Control, DriverError, Identifiers, Sql, Unsupported
from onapi.drivers.kea import leases
from onapi.drivers.kea.kinds import Kind
from onapi.drivers.kea.reservations import Service

_DELETE4, _DELETE6, _GET6 = "lease4-del", "lease6-del", "lease6-get"
_TRIES = 3
"""How often leases are looked for again, as Kea may give one to a request that came just before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Which leases of an access end: all of a kind, or those at fixed addresses that it has no more."""

    kind: Kind
    is_all: bool
    former: int | None = None

    @classmethod
    def of(cls, kind: Kind, old: Service | None, new: Service | None) -> "Ending | None":
        """Return what ends by a change; None when that is nothing for sure."""
        if new is None or new.blocked:
            return cls(kind=kind, is_all=True)
        if old is None or not old.fixed or (old.fixed, old.addresses) == (new.fixed, new.addresses):
            return None
        return cls(kind=kind, is_all=False, former=old.address)

    async def be_able(self, control: Control) -> None:
        """See that Kea runs, and can end leases.

        Raises:
            Unsupported: it lacks the hook for it.
        """
        commands = (await control.command("list-commands", {})).get("arguments")
        if not isinstance(commands, list) or _DELETE4 not in commands:
            raise Unsupported(
                f"Kea cannot end leases: its hook libdhcp_lease_cmds brings {_DELETE4}, and is not loaded."
            )
        if self._has_six:
            await control.command(_GET6, {"ip-address": "::", "type": "IA_NA"})

    async def carry_out(self, database: Sql, control: Control, identifiers: Identifiers, reserved: int | None) -> int:
        """End leases, and return how many there were; `reserved` is the fixed address that the access has now.

        Raises:
            Busy: Kea does not let go of them.
        """
        # Kea does one thing after the other: whoever is served after this is served without the reservation.
        await self._asked(control, "status-get", {})
        ended = 0
        for _ in range(_TRIES):
            commands = await self._commands(database, identifiers, reserved)
            if not commands:
                return ended
            for name, arguments in commands:
                ended += await self._asked(control, name, arguments)
        raise Busy("Kea goes on leasing addresses that are reserved no more.")

    @property
    def _has_six(self) -> bool:
        return self.is_all and self.kind.subnet6 is not None

    async def _commands(
        self, database: Sql, identifiers: Identifiers, reserved: int | None
    ) -> list[tuple[str, dict[str, Any]]]:
        # What is reserved goes by the circuit id alone, whatever the relay's own name is.
        four, six = await leases.of_access(database, replace(identifiers, ipv4_remote_id=None))
        found: list[tuple[str, dict[str, Any]]] = [
            (_DELETE4, {"ip-address": lease.ip})
            for lease in four
            if lease.subnet == self.kind.subnet and self._ends(lease.address, reserved)
        ]
        if self._has_six:
            found += [
                (_DELETE6, {"ip-address": lease.ip, "type": "IA_PD" if lease.is_prefix else "IA_NA"})
                for lease in six
                if lease.subnet == self.kind.subnet6
            ]
        return found

    def _ends(self, address: int, reserved: int | None) -> bool:
        if self.is_all:
            return True
        first, last = self.kind.fixed or (0, -1)
        return address != reserved and (address == self.former or first <= address <= last)

    async def _asked(self, control: Control, name: str, arguments: dict[str, Any]) -> bool:
        """Ask Kea something after the reservation was changed; return whether it was done to anything."""
        try:
            return (await control.command(name, arguments)).get("result") == 0
        except DriverError as error:
            if not error.untouched:
                raise
            # It cannot be said any more that nothing was changed.
            raise Busy(f"The reservation is changed, but its leases have not ended: {error.sentence}") from None
