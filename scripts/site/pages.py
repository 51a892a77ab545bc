"""Hooks of the site's builder: pages made from the code, the order of those that are written, links out of docs/."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from scripts.site import client, commands, interface, words

_ROOT = Path(__file__).parents[2]
_OUTWARD = re.compile(r"\]\(((?:\.\./)+)(?!\.)([^)#\s]+)(#[^)\s]*)?\)")
_SECTIONS = ("howto", "reference", "explanation", "decisions")
_GENERATED = {
    "reference/all-commands.md": commands.page,
    "reference/all-words.md": words.page,
    "reference/interface.md": interface.page,
    "reference/client-api.md": client.page,
}
_COPIED = ("CHANGELOG.md", "SECURITY.md")


def on_config(config: Any) -> Any:
    """Put the pages of each section into the navigation, by their titles."""
    config.nav = [{name: list(_pages(value)) if value in _SECTIONS else value} for name, value in _entries(config.nav)]
    return config


def on_files(files: Files, *, config: Any) -> Files:
    """Add the pages that are made from the code, and those of the project's root."""
    for name, make in _GENERATED.items():
        files.append(File.generated(config, name, content=make()))
    for name in _COPIED:
        files.append(File.generated(config, name.lower(), content=(_ROOT / name).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Turn links that leave docs/ into links to the copies, or into the names of files of the project."""
    depth = page.file.src_uri.count("/")

    def inward(match: re.Match[str]) -> str:
        up, path, anchor = match[1], match[2], match[3] or ""
        if up.count("../") <= depth:
            return match[0]
        if path in _COPIED:
            return f"]({'../' * depth}{path.lower()}{anchor})"
        return ""

    return re.sub(r"\[([^\]]*)\]" + _OUTWARD.pattern[2:], lambda m: _replaced(m, depth), markdown)


def _replaced(match: re.Match[str], depth: int) -> str:
    text, up, path, anchor = match[1], match[2], match[3], match[4] or ""
    if up.count("../") <= depth:
        return match[0]
    if path in _COPIED:
        return f"[{text}]({'../' * depth}{path.lower()}{anchor})"
    return text if text.strip("`") == path else f"{text} (`{path}`)"


def _entries(nav: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    for entry in nav:
        yield from entry.items()


def _pages(section: str) -> Iterator[str]:
    names = [path.relative_to(_ROOT / "docs").as_posix() for path in (_ROOT / "docs" / section).glob("*.md")]
    yield from sorted(name for name in [*names, *_GENERATED] if name.startswith(f"{section}/"))
