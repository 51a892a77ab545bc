"""Drivers come with packages, ours and strangers'; one that does not fit is refused in words."""

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, distributions
from pathlib import Path

import pytest

from onapi.drivers import registry
from onapi.drivers.contract import VERSION, Unsupported
from onapi.drivers.registry import Registry

_DRIVER = """
from onapi.drivers.contract import VERSION, Facts

class {name}:
    contract = {version}
    def __init__(self, element, transports): ...
    @classmethod
    def match(cls, sys_object_id, description):
        return {score}
    async def probe(self):
        return Facts()
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder from which Python imports, for packages that a test makes."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def _package(shop: Path, name: str, points: dict[str, str], code: str = "") -> None:
    module = name.replace("-", "_")
    (shop / f"{module}.py").write_text(code, encoding="utf-8")
    info = shop / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    lines = [f"{point} = {module}:{value}" for point, value in points.items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{registry.GROUP}]", *lines, ""]), encoding="utf-8")


def _driver(name: str, *, score: str = "0", version: str = "VERSION") -> str:
    return _DRIVER.format(name=name, score=score, version=version)


def _read(shop: Path) -> Registry:
    points: list[EntryPoint] = []
    for distribution in distributions(path=[str(shop)]):
        points += distribution.entry_points.select(group=registry.GROUP)
    return registry.read(points)


def test_our_own_drivers_are_there() -> None:
    found = registry.installed()
    assert found.named("snmp").__name__ == "SnmpDriver"
    assert not [name for name, why in found.refused.items() if "of onapi" in why]


def test_a_strangers_driver_is_there_when_its_package_is_installed(shop: Path) -> None:
    _package(shop, "acme-onapi", {"acme": "Acme"}, _driver("Acme"))
    assert _read(shop).named("acme").__name__ == "Acme"


def test_the_driver_that_suits_best_is_taken_and_none_when_none_suits(shop: Path) -> None:
    code = _driver("Any", score="1") + _driver("Acme", score="9 if sys_object_id.startswith('1.3.6.1.4.1.7.') else 0")
    code += _driver("Words", score="5 if 'Words' in description else 0")
    _package(shop, "acme-onapi", {"any": "Any", "acme": "Acme", "words": "Words"}, code)
    found = _read(shop)
    assert found.best("1.3.6.1.4.1.7.1", "Words") == "acme"
    assert found.best("1.3.6.1.4.1.8", "Words") == "words"
    assert found.best("", "") == "any"
    assert Registry({"acme": found.named("acme")}, {}).best("1.3.6.1.4.1.8", "") is None
    assert Registry({}, {}).best("1.3.6.1.4.1.8", "") is None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            _driver("Acme", version="VERSION + 1"),
            f"version {VERSION + 1} of the driver contract; .* version {VERSION}",
        ),
        (_driver("Acme", version="None"), "version None of the driver contract"),
        ("Acme = 1", "is no class"),
        ("class Acme: contract = 1", "lacks match and probe"),
        ("class Other: ...", "cannot be loaded"),
        ("raise ValueError('no licence')", "cannot be loaded: no licence"),
        ("def (", "cannot be loaded"),
        ("import there_is_no_such_module", "cannot be loaded: No module named 'there_is_no_such_module'"),
    ],
)
def test_a_driver_that_does_not_fit_is_refused_in_words_and_the_others_are_there(
    shop: Path, code: str, words: str
) -> None:
    _package(shop, "acme-onapi", {"acme": "Acme"}, code)
    _package(shop, "good-onapi", {"good": "Good"}, _driver("Good", score="1"))
    found = _read(shop)
    assert found.best("1.3", "") == "good"
    with pytest.raises(Unsupported, match=words) as refused:
        found.named("acme")
    assert "acme (acme_onapi:Acme, of acme-onapi)" in refused.value.sentence


def test_an_unknown_name_is_answered_with_those_there_are(shop: Path) -> None:
    _package(shop, "good-onapi", {"good": "Good", "better": "Good"}, _driver("Good"))
    with pytest.raises(Unsupported, match="no driver worse; there are better, good"):
        _read(shop).named("worse")


def test_a_name_is_one_drivers(shop: Path) -> None:
    _package(shop, "zeta-onapi", {"acme": "Zeta"}, _driver("Zeta"))
    _package(shop, "acme-onapi", {"acme": "Acme"}, _driver("Acme"))
    found = _read(shop)
    assert found.named("acme").__name__ == "Acme"
    assert "another driver's" in found.refused["acme of zeta-onapi"]
