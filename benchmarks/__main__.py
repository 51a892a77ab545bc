"""`python -m benchmarks`: print one table of ratios against floors and peers, all measured in this run."""

import argparse
import sys
from collections.abc import Callable, Iterator

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks import (
    cities,
    invoices,
    lists,
    loading,
    lookups,
    orders,
    reading,
    requests,
    rounds,
    technical,
    tickets,
)
from benchmarks.cities import City
from benchmarks.rounds import Ratio, Row

_PARTS = (
    "single",
    "poll",
    "list",
    "loading",
    "placing",
    "working",
    "events",
    "tickets",
    "technical",
    "lookup",
    "invoices",
    "reading",
)


def main() -> None:
    """Measure, and print."""
    options = _options()
    rows = [int(text) for text in options.rows.split(",")]
    found: list[Row] = []
    with cities.cluster() as cluster_url:
        rounds.tell("preparing the cities")
        places = [cities.prepare(cluster_url, count) for count in rows]
        for name, part in _parts(places, cluster_url, rows, options.seconds).items():
            if options.only in (None, name):
                found.extend(part())
    rounds.tell("")
    if options.json:
        print(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        _print(found)


def _parts(
    places: list[City], cluster_url: str, rows: list[int], seconds: float
) -> dict[str, Callable[[], Iterator[Row]]]:
    return {
        "single": lambda: requests.single(places, seconds),
        "poll": lambda: requests.poll(places, seconds),
        "list": lambda: lists.whole(places),
        "placing": lambda: orders.placing(places, seconds),
        "working": lambda: orders.working(places),
        "events": lambda: orders.polling(places, seconds),
        "tickets": lambda: tickets.rows(places, seconds),
        "invoices": lambda: invoices.months(cluster_url, rows),
        "loading": lambda: loading.loading(cluster_url, rows),
        "technical": lambda: technical.technical(cluster_url),
        "lookup": lambda: lookups.lookup(places, seconds),
        "reading": lambda: reading.reading(places),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", default="10000,1000000", help="sizes of the cities, with commas")
    parser.add_argument("--only", choices=_PARTS, help="one part of the table")
    parser.add_argument("--seconds", type=float, default=3.0, help="of load, for each contestant and round")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def _print(found: list[Row]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("what", "accesses", "ours", "floor", "", "speed", "min–max", "CPU", "aim", "met", ""):
        table.add_column(name, justify="left" if name in ("what", "") else "right")
    for row in found:
        table.add_row(
            row.what,
            f"{row.size:,}",
            _number(row.ours),
            _number(row.floor),
            row.unit,
            _ratio(row.speed),
            f"{row.speed.least:.2f}–{row.speed.most:.2f}" if row.speed else "",
            _ratio(row.cpu),
            "" if row.aim is None else f"≥ {row.aim:g}" if row.speed else f"< {row.aim:g}",
            {True: "yes", False: "NO", None: ""}[row.met],
            row.note,
        )
    console = Console(highlight=False)
    (console if console.is_terminal else Console(highlight=False, width=200)).print(table)
    sys.stdout.write(
        "speed, CPU: ours as a part of the floor, medians of interleaved rounds; above 1 ours is better\n"
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def _ratio(ratio: Ratio | None) -> str:
    return "" if ratio is None else f"{ratio.median:.2f}"


if __name__ == "__main__":
    main()
