"""Numbers that mean something else than their MIB says, by the names that profiles call these ways of reading."""

import math
from collections.abc import Callable, Mapping


def watts(power_w: float) -> float | None:
    """Return a power in dBm; no power at all has no value in dBm."""
    return round(10 * math.log10(power_w * 1000), 2) if power_w > 0 else None


def huawei_power(reading: float) -> float | None:
    """Return a power in dBm from hwEntityOpticalRxPower and its like.

    The MIB says hundredths of a dBm. Of many models that is so, and the power of a customer's port is below zero;
    the others give microwatts. Above zero it is thus microwatts, and zero is darkness.
    """
    return reading / 100 if reading < 0 else watts(reading / 1e6)


QUIRKS: Mapping[str, Callable[[float], float | None]] = {"watts": watts, "huawei_power": huawei_power}
"""All of them."""
