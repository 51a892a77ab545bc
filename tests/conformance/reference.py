"""Write docs/reference/conformance.md from the register of checks: `python -m tests.conformance.reference`."""

import re
from pathlib import Path

from onapi.conformance.chapters import CHAPTERS, CHECKS
from onapi.conformance.register import Check

_DOCS = Path(__file__).parents[2] / "docs"
PAGE = _DOCS / "reference" / "conformance.md"

_INTRODUCTION = f"""# What is checked

`onapi conform` ([how to](../howto/check-a-server.md)) knows {len(CHECKS)} sentences of ON-API 2.6.0 that can be
observed from outside. Each is here in our words, with the place in the standard's folder `2.6.0` where it stands;
"seed" is the published "Bitvis interpretation of ON-API 2.6.0". IDs keep their meaning for good; the number of one
that goes is not used again.

| level | what it is | when it is not kept |
|---|---|---|
| MUST | the standard requires it, or shows it as the only answer | failed, and exit code 8 |
| SHOULD | the standard advises it, or it follows from its examples only | a warning |
| CONTRADICTORY | the standard says this in one place and something else in another | a warning, never a failure |

*bitvis* and *standard*: checked in that reading only, since the two texts disagree there
([deviations](deviations.md)). *since*: not asked of servers that say they speak an older version. *writes*: only with
`--write`.

This page is made from the register of checks: `python -m tests.conformance.reference`. A test sees that it is so.
"""


def written() -> str:
    """Return the page."""
    parts = [_INTRODUCTION]
    for chapter in CHAPTERS:
        parts.append(f"## {chapter.letters}: {chapter.name}\n")
        rows = [_row(check) for check in CHECKS if check.chapter == chapter.name]
        parts.append("\n".join(["| ID | level | sentence | where it stands |", "|---|---|---|---|", *rows]) + "\n")
    parts.append(_deviations())
    return "\n".join(parts)


def rows_of_deviations() -> list[str]:
    """Return what the page of deviations tells of: the first cells of its table."""
    page = (_DOCS / "reference" / "deviations.md").read_text(encoding="utf-8").partition("## Extensions")[0]
    return [row.strip() for row in re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE)][1:]


def _row(check: Check) -> str:
    marks = [check.reading and f"*{check.reading}*", check.since != "2.4" and f"*since {check.since}*"]
    marks.append(check.writes and "*writes*")
    told = " ".join([check.says, *(mark for mark in marks if mark)])
    return f"| {check.id} | {check.level} | {_cell(told)} | {_cell(check.source)} |"


def _deviations() -> str:
    lines = [
        "## Checks of what deviates\n",
        "Where the texts disagree or are silent, [deviations](deviations.md) tells what our server does.\n",
        "| deviation | checks |",
        "|---|---|",
    ]
    for row in rows_of_deviations():
        ids = [check.id for check in CHECKS if check.deviation == row]
        if ids:
            lines.append(f"| {row} | {', '.join(ids)} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
