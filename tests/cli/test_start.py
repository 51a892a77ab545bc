"""How `onapi` begins."""

import subprocess
import sys

import pytest

_BEGIN = """
import os, signal, sys

class Finger:
    def find_spec(self, name, *_):
        if name == "{module}":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finger())
sys.argv = ["onapi", "doctor"]
from onapi.cli.start import main
main()
"""


@pytest.mark.parametrize("module", ["onapi.cli.main", "typer.main", "onapi.cli.operator", "onapi.storage.pool"])
def test_who_stops_it_while_it_is_loaded_sees_no_trace(module: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _BEGIN.format(module=module)], check=False, capture_output=True, text=True, timeout=60
    )
    assert (ran.returncode, ran.stdout) == (130, "")
    assert "Traceback" not in ran.stderr
