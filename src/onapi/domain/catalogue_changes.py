"""What a new catalogue changes in the one there is, and what it may not change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onapi.domain.catalogue import Catalogue, Service, ServiceType


@dataclass(frozen=True, slots=True)
class Stored:
    """The catalogue there is; a name among `withdrawn` is a service that is no longer sold, which is kept."""

    types: Mapping[str, ServiceType]
    services: Mapping[str, Service]
    withdrawn: frozenset[str] = frozenset()

    @property
    def sold(self) -> Catalogue:
        """What is sold, by name."""
        live = (self.services[name] for name in sorted(self.services.keys() - self.withdrawn))
        return Catalogue(types=tuple(self.types[name] for name in sorted(self.types)), services=tuple(live))


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is different, sorted by name; a service that comes back is among the changed.

    `rewritten` are services whose rows differ, new ones too; `repriced` those whose prices do.
    """

    new_types: tuple[ServiceType, ...]
    changed_types: tuple[ServiceType, ...]
    unchanged_types: tuple[ServiceType, ...]
    new: tuple[Service, ...]
    changed: tuple[Service, ...]
    unchanged: tuple[Service, ...]
    withdrawn: tuple[Service, ...]
    rewritten: tuple[Service, ...]
    repriced: tuple[Service, ...]


def compare(there: Stored, wanted: Catalogue) -> Changes:
    """Return what must be done so that `wanted` is what is sold; what it lacks is withdrawn, and a type stays."""
    types, services = wanted.types, wanted.services
    known = [one for one in services if one.name in there.services]
    rewritten = [one for one in services if one.name not in there.services or _differs(there, one)]
    repriced = [one for one in services if one.prices != _prices(there, one)]
    touched = {one.name for one in (*rewritten, *repriced)}
    lacking = there.services.keys() - there.withdrawn - {one.name for one in services}
    return Changes(
        new_types=tuple(one for one in types if one.name not in there.types),
        changed_types=tuple(one for one in types if one.name in there.types and one != there.types[one.name]),
        unchanged_types=tuple(one for one in types if one == there.types.get(one.name)),
        new=tuple(one for one in services if one.name not in there.services),
        changed=tuple(one for one in known if one.name in touched),
        unchanged=tuple(one for one in known if one.name not in touched),
        withdrawn=tuple(there.services[name] for name in sorted(lacking)),
        rewritten=tuple(rewritten),
        repriced=tuple(repriced),
    )


def forbidden(there: Stored, wanted: Catalogue) -> list[str]:
    """Return a sentence for each change that the orders and subscriptions there may be do not allow."""
    moved = [
        f"Service {one.name!r} is of type {old.service_type!r} and cannot become {one.service_type!r}: "
        "subscriptions to it hold their accesses for that type. Sell it under a name of its own."
        for one in wanted.services
        if (old := there.services.get(one.name)) and old.service_type != one.service_type
    ]
    used = {service.service_type for service in there.services.values()}
    turned = [
        f"Type {one.name!r} has services and cannot become {'exclusive' if one.exclusive else 'not exclusive'}: "
        "subscriptions to them hold their accesses as it was. Make a type with a name of its own."
        for one in wanted.types
        if one.name in used and there.types[one.name].exclusive != one.exclusive
    ]
    return turned + moved


def _differs(there: Stored, one: Service) -> bool:
    old = there.services[one.name]
    return one.name in there.withdrawn or _row(old) != _row(one)


def _row(one: Service) -> Sequence[object]:
    return (
        *(one.service_type, one.down_kbps, one.up_kbps, one.populations, one.sellers, one.offered_from),
        *(one.offered_until, one.takeover, one.comments),
        # In Python True is 1; in the catalogue it is not.
        *((name, rule.required, repr(rule.values)) for name, rule in one.characteristics.items()),
    )


def _prices(there: Stored, one: Service) -> Sequence[object]:
    old = there.services.get(one.name)
    return old.prices if old else ()
