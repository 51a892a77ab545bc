"""The documentation holds: links lead somewhere, commands exist, and the tutorial works as it is written."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from onapi.cli.main import app
from tests import packages
from tests.cli.command import environment
from tests.docs.blocks import PAGES, ROOT, blocks

_NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
_LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")
_SERVER = re.compile(r"127\.0\.0\.1:8026|--port 8026")


@pytest.mark.parametrize("name", _NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    page = ROOT / name
    targets = [match[1] for match in _LINK.finditer(page.read_text(encoding="utf-8")) if "://" not in match[1]]
    assert not [target for target in targets if not (page.parent / target).exists()]


@pytest.mark.parametrize("name", _NAMES)
def test_no_page_is_out_of_reach(name: str) -> None:
    if name in ("README.md", "SECURITY.md", "CHANGELOG.md"):
        return
    linked = {
        (page.parent / match[1]).resolve()
        for page in PAGES
        for match in _LINK.finditer(page.read_text(encoding="utf-8"))
        if "://" not in match[1]
    }
    assert (ROOT / name).resolve() in linked


@pytest.mark.parametrize("name", _NAMES)
def test_every_command_of_a_page_exists_with_its_options(name: str) -> None:
    commands = [
        line.strip().removesuffix("&").split("#")[0].split(">")[0].split("|")[-1].split()
        for block in blocks(name, "sh")
        for line in block.splitlines()
        if re.match(r"\s*(zcat \S+ \| )?onapi ", line)
    ]
    wrong = [" ".join(words) for words in commands if not _exists(typer.main.get_command(app), words[1:])]
    assert not wrong


def _exists(command: Any, words: list[str]) -> bool:
    below = getattr(command, "commands", None)
    if below is not None:
        return bool(words) and words[0] in below and _exists(below[words[0]], words[1:])
    options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    return all(word in options for word in words if word.startswith("--"))


@pytest.mark.parametrize("name", _NAMES)
def test_every_make_target_of_a_page_exists(name: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"`make (\w+)`|^make (\w+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
    assert not [target for pair in targets for target in pair if target and f"\n{target}:" not in makefile]


@pytest.mark.parametrize("name", _NAMES)
def test_every_json_of_a_page_is_json(name: str) -> None:
    for block in blocks(name, "json"):
        json.loads(block)


def test_the_tutorial_of_the_first_operator_works_as_it_is_written(data_folder: Path) -> None:
    text = _done("first-operator", data_folder)
    assert "STOR-2A-1001" in text
    assert text.rindex("LANT-550-70") > text.rindex("STOR-1"), "the delta comes last, and has the access that entered"


def test_the_tutorial_of_the_first_order_works_as_it_is_written(data_folder: Path) -> None:
    # How far values stand from their names is told by nobody.
    text = re.sub(" +", " ", _done("first-order", data_folder))
    told = [
        '"availableDateTime":"1990-01-01T00:00:01Z"',
        '"state":"RECEIVED"',
        '"state":"DONE_SUCCESS"',
        "[]",
        '"operationalState":"ACTIVATED"',
        '"service": "BB-100-100"',
        '"code":"claimed"',
        '"forcedTakeover":true',
        '{"accessId":"DEMO-1","subscriptions":[]}',
        '"type":"DELETE","objectType":"subscriptions"',
        '"service":"BB-1000-1000"',
        '"state":"DONE_FAILED"',
        "stuck True",
        "state DONE_SUCCESS",
    ]
    position = 0
    for words in told:
        position = text.find(words, position)
        assert position >= 0, f"{words} is not told in its turn:\n{text}"


def test_the_tutorial_of_the_first_driver_works_as_it_is_written(data_folder: Path) -> None:
    packages.need("snmpd")
    text = _done("first-driver", data_folder)
    assert "It passes." in text
    assert re.search(r"^here +acme +Acme", text, re.MULTILINE)
    assert re.search(r"^driver +acme$", text, re.MULTILINE)


def test_the_tutorial_of_a_providers_first_order_works_as_it_is_written(data_folder: Path) -> None:
    text = _done("sp-first-order", data_folder)
    told = [
        *("keys of orders", "DEMO-1", "Källslingan", "sla", "DONE_SUCCESS", '"operationalState":"ACTIVATED"'),
        *("ended with 1", "(500,)", "DONE_SUCCESS", "BB-250-250 customer 18", "()"),
    ]
    position = 0
    for words in told:
        position = text.find(words, position)
        assert position >= 0, f"{words} is not told in its turn:\n{text}"


def _done(tutorial: str, data_folder: Path) -> str:
    """Return what a tutorial prints when it is done step by step in an empty folder, on a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    steps = [block for block in blocks(f"docs/tutorials/{tutorial}.md", "sh") if "make setup" not in block]
    # A step that fails must not leave a server behind.
    script = "set -euo pipefail\ntrap 'kill $(jobs -p) 2>&- || true' EXIT\n" + "\n".join(steps)
    script = _SERVER.sub(lambda match: match[0].replace("8026", str(port)), script)
    data_folder.mkdir()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script],
        check=False,
        cwd=data_folder,
        env=environment(data=data_folder) | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode in (0, 143), done.stderr
    return done.stdout


def test_the_requests_of_readme_are_those_that_the_demo_prints() -> None:
    source = (ROOT / "src/onapi/cli/demo.py").read_text(encoding="utf-8")
    wish = re.search(r"wish = '(.*)'", source)
    assert wish
    printed = [
        line.replace("{url}", "http://127.0.0.1:8026/onapi/2.6/").replace("{wish}", wish[1])
        for line in re.findall(r'"  (curl [^"]+)', source)
    ]
    assert len(printed) == 7
    typed = "\n".join(blocks("README.md", "sh"))
    assert not [line for line in printed if line not in typed]
