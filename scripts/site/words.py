"""Settings, errors, and the closed lists of words, as the code has them."""

import enum
import inspect
from collections.abc import Iterator

from onapi import errors, vocabulary
from onapi import settings as settings_module
from onapi.settings import Settings
from onapi.web import faults

_HEAD = """# All settings, errors and words

Made from the code. [Settings](settings.md) and [Errors](errors.md) tell more.
"""


def page() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *_settings(), *_errors(), *_words()])


def _settings() -> Iterator[str]:
    yield "## Settings\n\n| variable | |\n|---|---|"
    for setting in settings_module.described(Settings()):
        yield f"| `{setting['name']}` | {setting['meaning']} |"


def _errors() -> Iterator[str]:
    yield "\n## Errors\n\n| code | status | |\n|---|---|---|"
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.OnapiError)]
    for kind in kinds:
        if kind is not errors.OnapiError:
            yield f"| `{kind.code}` | {faults.status_of(kind)} | {(inspect.getdoc(kind) or '').splitlines()[0]} |"


def _words() -> Iterator[str]:
    for name, kind in inspect.getmembers(vocabulary, inspect.isclass):
        if issubclass(kind, enum.StrEnum) and kind is not enum.StrEnum:
            told = (inspect.getdoc(kind) or "").splitlines()[0]
            yield f"\n## {name}\n\n{told}\n\n{', '.join(f'`{word.value}`' for word in kind)}"
