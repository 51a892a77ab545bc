"""Run the command `onapi` as if only the client were installed: what the server needs cannot be imported.

`python -m tests.cli.client_only ARGUMENTS`
"""

import re
import sys
from importlib import metadata

from packaging.requirements import Requirement


def distributions_of_the_client() -> set[str]:
    """Return the distributions that `pip install onapi` brings, by their normalised names."""
    found, open_ones = set[str](), {"onapi"}
    while open_ones:
        name = open_ones.pop()
        found.add(name)
        for text in metadata.requires(name) or ():
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                open_ones |= {_normal(needed.name)} - found
    return found


def modules_of_the_rest() -> set[str]:
    """Return the top-level modules that are installed here, and would not be with the client alone."""
    wanted = distributions_of_the_client()
    return {
        module
        for module, names in metadata.packages_distributions().items()
        if not wanted & {_normal(name) for name in names}
    }


class Blocker:
    """A finder that finds none of the modules it is given."""

    def __init__(self, names: set[str]) -> None:
        self._names = names

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Refuse a blocked module; leave all others to the finders that follow."""
        del path, target
        if name.partition(".")[0] in self._names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    blocked = modules_of_the_rest()
    assert {"asyncpg", "starlette", "uvicorn"} <= blocked
    sys.meta_path.insert(0, Blocker(blocked))
    from onapi.cli.main import main

    sys.argv[0] = "onapi"
    main()
