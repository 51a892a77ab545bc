"""The command with only the client installed: the SP's commands work, the operator's say what is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

import onapi
from onapi import errors, settings
from tests.cli import command
from tests.cli.command import Ran

_ROOT = Path(__file__).parents[2]


def test_the_commands_of_the_client_work_without_the_server() -> None:
    ran = _client_only("--help")
    assert (ran.code, ran.err) == (0, "")
    assert "  sp " in ran.out
    assert "  migrate " not in ran.out


def test_a_command_of_a_provider_is_only_stopped_by_the_network() -> None:
    who = {"ONAPI_SP_URL": "http://127.0.0.1:1/", "ONAPI_SP_USER": "alfa", "ONAPI_SP_PASSWORD": "x"}
    ran = _client_only("sp", "endpoints", **who)
    assert ran.code == 2
    ran = _client_only("sp", "invoices", "list", "--json", **who)
    assert (ran.code, ran.out, "Traceback" in ran.err) == (7, "", False)
    ran = _client_only("sp", "sync", "--to", "postgresql://nowhere/", **who)
    assert (ran.code, "pip install" in ran.err) == (1, True)


def test_the_commands_of_the_server_say_what_to_install() -> None:
    ran = _client_only("serve")
    assert (ran.code, ran.out) == (1, "")
    assert "pip install 'onapi[server]'" in ran.err
    assert "Traceback" not in ran.err


def test_a_command_that_nobody_has_is_wrong_usage_where_all_is_installed() -> None:
    ran = command.onapi("nonsense")
    assert (ran.code, "No such command" in ran.err) == (2, True)


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(onapi.__file__).parent / "py.typed").exists()


def _client_only(*arguments: str, **variables: str) -> Ran:
    done = subprocess.run(
        [sys.executable, "-m", "tests.cli.client_only", *arguments],
        check=False,
        cwd=_ROOT,
        env=command.environment() | variables,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def test_variables_of_the_client_do_not_disturb_the_server() -> None:
    assert settings.read({"ONAPI_SP_URL": "https://co.example/", "HOME": "/root"}) == settings.read({})
    with pytest.raises(errors.Invalid, match="ONAPI_SPURL"):
        settings.read({"ONAPI_SPURL": "https://co.example/"})
