"""Where `onapi` begins: with as little as can be, so that it can be stopped while the rest is loaded."""

import importlib
import sys

_INTERRUPTED = 130


def main() -> None:
    """Load the command line, and run the command; it ends with the command's exit code."""
    try:
        loaded = importlib.import_module("onapi.cli.main")
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    loaded.main()
