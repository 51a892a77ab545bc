"""What an order means for the network: what its port delivers before, and what after. Pure."""

from onapi.drivers.contract import Delivery, Port
from onapi.storage.work import Setting, Work
from onapi.vocabulary import AccessState, Failure, Operation


def port_of(work: Work) -> Port:
    """Return where the order's service is delivered."""
    return Port(access_id=work.access_id, slot=work.slot)


def deliveries(work: Work) -> tuple[Delivery | None, Delivery | None]:
    """Return what the port delivers before the order, and after it; None is nothing."""
    before = work.holder if work.operation is Operation.ACTIVATE else work.present
    after = None if work.operation is Operation.DEACTIVATE else work.wanted
    return _delivery(before, work.tech), _delivery(after, work.tech)


def obstacle(work: Work) -> tuple[Failure, str] | None:
    """Return why an order cannot be carried out as things are now, or None when it can."""
    if work.abandoned is not None:
        return Failure.ABANDONED, work.abandoned
    if work.ended and work.operation is not Operation.DEACTIVATE:
        return Failure.ENDED, "The subscription has ended."
    if work.operation is not Operation.ACTIVATE:
        return None
    if work.access_state is not AccessState.CONNECTED:
        return Failure.ACCESS_STATE, f"The access is {work.access_state}; a service can begin when it is CONNECTED."
    if work.holder is not None and (work.holder_is_same_sp or not work.forced_takeover):
        return Failure.CLAIMED, "ServiceType is already claimed by other Service Provider."
    return None


def _delivery(setting: Setting | None, tech: str) -> Delivery | None:
    if setting is None:
        return None
    return Delivery(
        subscription_id=setting.subscription_id,
        service=setting.service,
        tech=tech,
        down_kbps=setting.down_kbps,
        up_kbps=setting.up_kbps,
        blocked=setting.suspended,
        characteristics=setting.characteristics,
        equipment=setting.equipment,
    )
