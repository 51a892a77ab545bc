"""The blocks of code on pages."""

import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# A block of a list is indented as its item is.
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def blocks(page: str, language: str) -> list[str]:
    """Return the blocks in a language of a page, which is named from the root."""
    found = _BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))
    return [textwrap.dedent(block) for _, kind, block in found if kind == language]


def languages(page: Path) -> set[str]:
    """Return the languages of a page's blocks; one without a language is a picture, or what something prints."""
    return {kind for _, kind, _ in _BLOCK.findall(page.read_text(encoding="utf-8")) if kind}
