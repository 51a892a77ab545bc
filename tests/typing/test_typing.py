"""The client in a user's project: checkers find nothing in a right program, and each mistake in a wrong one."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_BIN = Path(sys.executable).parent
_PYRIGHT = '{"typeCheckingMode": "strict", "reportUnusedExpression": false}'


def _mypy(folder: Path, program: str) -> str:
    command = [
        _BIN / "mypy",
        "--strict",
        "--python-executable",
        sys.executable,
        "--cache-dir",
        folder / "cache",
        program,
    ]
    return _told(command, folder)


def _basedpyright(folder: Path, program: str) -> str:
    (folder / "pyrightconfig.json").write_text(_PYRIGHT)
    return _told([_BIN / "basedpyright", "--pythonpath", sys.executable, program], folder)


@pytest.mark.parametrize("checker", [_mypy, _basedpyright])
def test_a_right_program_is_right_and_each_mistake_is_told(checker: object, tmp_path: Path) -> None:
    assert callable(checker)
    (tmp_path / "program.py").write_text((_HERE / "program.py").read_text(encoding="utf-8"))
    (tmp_path / "mistakes.py").write_text((_HERE / "mistakes.txt").read_text(encoding="utf-8"))
    clean = checker(tmp_path, "program.py")
    assert "error" not in clean.replace("0 errors", ""), clean
    told = checker(tmp_path, "mistakes.py")
    lines = (_HERE / "mistakes.txt").read_text(encoding="utf-8").splitlines()
    wrong = {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}
    assert {int(number) for number in re.findall(r"mistakes\.py:(\d+)\S* ?-? ?error", told)} == wrong, told


def _told(command: list[object], folder: Path) -> str:
    done = subprocess.run(
        [str(word) for word in command], check=False, cwd=folder, capture_output=True, text=True, timeout=300
    )
    return done.stdout + done.stderr
