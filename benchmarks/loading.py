"""Rows of what is loaded: an address list of 100,000 rows by command, and the demo's city of a million."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import cities, rounds
from benchmarks.rounds import Row
from onapi.domain import demo_city
from onapi.domain.address_lists import Format, Writer

_IMPORT_ROWS, _IMPORT_S = 100_000, 30.0
_DEMO_ROWS, _DEMO_S = 1_000_000, 90.0
_COMMAND = "from onapi.cli.main import main; main()"
_NOTE = "absolute: of this machine"


def loading(cluster_url: str, rows: list[int]) -> Iterator[Row]:
    """Yield the rows of the import, and of the demo's city where a run is large."""
    with cities.scratch(cluster_url) as url, tempfile.NamedTemporaryFile(suffix=".csv") as file:
        listed = Writer(Format.ONAPI_CSV).all(demo_city.accesses(_IMPORT_ROWS, 1))
        Path(file.name).write_text("".join(listed), encoding="utf-8")
        rounds.tell("importing")
        seconds = _imported(url, Path(file.name))
    yield Row(
        what="import of onapi-csv", size=_IMPORT_ROWS, ours=seconds, floor=None, unit="s", aim=_IMPORT_S, note=_NOTE
    )
    if max(rows) < _DEMO_ROWS:
        return
    with cities.scratch(cluster_url) as url:
        rounds.tell("making the city")
        seconds = cities.fill(url, _DEMO_ROWS)
    yield Row(what="demo city", size=_DEMO_ROWS, ours=seconds, floor=None, unit="s", aim=_DEMO_S, note=_NOTE)


def _imported(url: str, file: Path) -> float:
    """Run the command on an empty database, and return how many seconds it took."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ONAPI_")}
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", _COMMAND, "accesses", "import", str(file)],
        check=True,
        env=environment | {"ONAPI_DATABASE_URL": url},
        capture_output=True,
    )
    return time.perf_counter() - began
