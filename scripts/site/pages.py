"""Hooks of the site's builder: pages made from the code, the order of those that are written, links out of docs/."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from scripts.site import client, commands, interface, words

_ROOT = Path(__file__).parents[2]
_LINK = re.compile(r"\[([^\]]*)\]\(((?:\.\./)+)([^)#\s]+)(#[^)\s]*)?\)")
_GENERATED = {
    "reference/all-commands.md": commands.page,
    "reference/all-words.md": words.page,
    "reference/interface.md": interface.page,
    "reference/client-api.md": client.page,
}
_COPIED = ("CHANGELOG.md", "SECURITY.md")
# What lets a browser search a site that it opened from files; Material would have it fetched from elsewhere.
_SHIM, _SHIM_ELSEWHERE = "assets/iframe-worker.js", "https://unpkg.com/iframe-worker/shim"
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LIST = re.compile(r"^(?!- |\* |\d+\. |[>|#\s])(.+)\n(?=- |1\. )", re.MULTILINE)


def on_config(config: Any) -> Any:
    """Put the pages of each folder into the navigation."""
    config.nav = [
        {name: list(_pages(place)) if isinstance(place, str) and not place.endswith(".md") else place}
        for entry in config.nav
        for name, place in entry.items()
    ]
    return config


def on_files(files: Files, *, config: Any) -> Files:
    """Add the pages that are made from the code, and those of the project's root."""
    for name, make in _GENERATED.items():
        files.append(File.generated(config, name, content=make()))
    for name in _COPIED:
        text = (_ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](")
        files.append(File.generated(config, name.lower(), content=text))
    shim = Path(__file__).with_name("iframe-worker.js").read_text(encoding="utf-8")
    files.append(File.generated(config, _SHIM, content=shim))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Turn links that leave docs/ into links to the copies, or names of the project's files; and lists into lists."""
    depth = page.file.src_uri.count("/")
    return _with_lists(_LINK.sub(lambda match: _inward(match, depth), markdown))


def on_post_page(output: str, *, page: Any, **_: Any) -> str:
    """Have the page take from the site itself what it would take from elsewhere."""
    return output.replace(_SHIM_ELSEWHERE, "../" * page.file.src_uri.count("/") + _SHIM)


def on_post_template(output: str, *, template_name: str, **_: Any) -> str:
    """Do the same for what is no page, such as the one that says that there is none."""
    return output.replace(_SHIM_ELSEWHERE, f"/{_SHIM}")


def _with_lists(markdown: str) -> str:
    """Return Markdown in which an empty line comes before each list, as this builder wants it."""
    parts, end = [], 0
    for fence in _FENCE.finditer(markdown):
        parts += [_LIST.sub(r"\1\n\n", markdown[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, _LIST.sub(r"\1\n\n", markdown[end:])])


def _inward(match: re.Match[str], depth: int) -> str:
    text, up, path, anchor = match[1], match[2], match[3], match[4] or ""
    if up.count("../") <= depth:
        return match[0]
    if path in _COPIED:
        return f"[{text}]({'../' * depth}{path.lower()}{anchor})"
    return text if text.strip("`") == path else f"{text} (`{path}`)"


def _pages(folder: str) -> Iterator[str]:
    written = [path.relative_to(_ROOT / "docs").as_posix() for path in (_ROOT / "docs" / folder).glob("*.md")]
    yield from sorted([*written, *(name for name in _GENERATED if name.startswith(f"{folder}/"))])
