"""The house keeps its shape: sizes, names, blind excepts, and pages for whatever users can meet."""

import ast
import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer.main

import onapi
from onapi import errors
from onapi.cli.main import app
from onapi.settings import Settings
from onapi.vocabulary import Failure

_ROOT = Path(onapi.__file__).parents[2]
_SOURCES = sorted((_ROOT / "src").rglob("*.py"))
_NAMES = [str(path.relative_to(_ROOT)) for path in _SOURCES]
_VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "data", "misc", "base"}
# At the edges, and where a stranger's code is loaded.
_MAY_CATCH_ALL = {
    "src/onapi/web/api.py",
    "src/onapi/storage/coalesce.py",
    "src/onapi/engine/worker.py",
    "src/onapi/drivers/registry.py",
}


@pytest.mark.parametrize("name", _NAMES)
def test_a_file_is_at_most_300_lines(name: str) -> None:
    lines = (_ROOT / name).read_text(encoding="utf-8").count("\n")
    assert lines <= 300, f"{name} has {lines} lines; what are its two subjects?"


@pytest.mark.parametrize("name", _NAMES)
def test_a_function_fits_one_screen(name: str) -> None:
    tree = ast.parse((_ROOT / name).read_text(encoding="utf-8"))
    long = [
        f"{node.name}: {_code_lines(node)} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _code_lines(node) > 50
    ]
    assert not long


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert not [name for name in _NAMES if Path(name).stem in _VAGUE]


@pytest.mark.parametrize("name", _NAMES)
def test_only_the_outermost_layers_catch_everything(name: str) -> None:
    tree = ast.parse((_ROOT / name).read_text(encoding="utf-8"))
    blind = [
        handler.lineno
        for handler in ast.walk(tree)
        if isinstance(handler, ast.ExceptHandler)
        and (handler.type is None or getattr(handler.type, "id", "") in ("Exception", "BaseException"))
    ]
    assert not blind or name in _MAY_CATCH_ALL, f"{name} catches everything at lines {blind}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    left = {_module(path): _imported(path) for path in _SOURCES}
    while free := {name for name, imported in left.items() if not imported & left.keys()}:
        left = {name: imported for name, imported in left.items() if name not in free}
    assert not left, "these import each other, or something that does"


def test_every_setting_has_its_line_in_the_reference() -> None:
    page = _page("settings.md")
    assert not [f.name for f in fields(Settings) if f"`ONAPI_{f.name.upper()}`" not in page]


def test_every_error_code_has_its_heading_in_the_reference() -> None:
    page = _page("errors.md")
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.OnapiError)]
    codes = {kind.code for kind in kinds} - {errors.OnapiError.code}
    codes |= set(re.findall(r'"([a-z_]+)", f?"', (_ROOT / "src/onapi/web/protocol.py").read_text(encoding="utf-8")))
    assert len(codes) > 10
    assert not [code for code in sorted(codes) if f"### `{code}`" not in page]


def test_every_reason_for_which_an_order_fails_has_its_heading_in_the_reference() -> None:
    page = _page("errors.md")
    assert not [code for code in Failure if f"### Order: `{code}`" not in page]
    assert set(re.findall(r"^### Order: `(\w+)`$", page, re.MULTILINE)) == set(Failure)


def test_every_command_and_option_is_in_the_reference() -> None:
    page = _page("cli.md")
    missing = []
    for path, command in _commands(typer.main.get_command(app), "onapi"):
        options = [max(parameter.opts, key=len) for parameter in command.params if parameter.opts[0].startswith("-")]
        missing += [path] if f"`{path}" not in page else []
        missing += [
            f"{path} {o}" for o in options if o not in page and o not in ("--install-completion", "--show-completion")
        ]
    assert not missing


def _module(path: Path) -> str:
    return ".".join(path.relative_to(_ROOT / "src").with_suffix("").parts).removesuffix(".__init__")


def _imported(path: Path) -> set[str]:
    """Return which modules of ours a module imports, for type checkers and inside of functions too."""
    modules = {_module(source) for source in _SOURCES}
    imports = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)]
    named = {(str(node.module), f"{node.module}.{alias.name}") for node in imports for alias in node.names}
    return {whole if whole in modules else module for module, whole in named}


def _commands(command: Any, path: str) -> list[tuple[str, Any]]:
    below = getattr(command, "commands", None)
    if below is None:
        return [(path, command)]
    return [leaf for name, child in below.items() for leaf in _commands(child, f"{path} {name}")]


def _page(name: str) -> str:
    return (_ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")


def _code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    documented = 0
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and first.end_lineno:
        documented = first.end_lineno - first.lineno + 1
    return (node.end_lineno or node.lineno) - node.lineno + 1 - documented
