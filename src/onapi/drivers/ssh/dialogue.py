"""What is said on a command line: bytes come in; what to type, and finished answers, come out. Pure.

The element's name is learnt from the first prompt, and only a prompt with that name ends an answer. An answer begins
with the echo of what was typed, or it is none: so the answer to one question is never taken for that to another.
"""

import re

from onapi.drivers.contract import Garbled, Rejected

_ESCAPE = re.compile(rb"\x1b(?:\[[0-9;?]*[@-~]|[@-Z\\-_])")
# All of them are bounded: whoever prints a million blanks or dashes is not to be looked at from each of them.
_PAGER = rb"^[ \t]{0,80}-{2,10}[ (]{0,3}[Mm][Oo][Rr][Ee][^\r\n\x1b\x08-]{0,40}-{2,10}[ \t]{0,80}"
# After a key has been pressed, the line is wiped: backwards, blanks, backwards again.
_WIPED = (
    rb"(?:\x1b\[\d{1,3}D {0,200}\x1b\[\d{1,3}D|\r {0,200}\r(?!\n)"
    rb"|\x08{1,200} {0,200}\x08{1,200}|\x1b\[\d{0,3}K)?"
)
_PAGED = re.compile(_PAGER + _WIPED, re.MULTILINE)
_PAUSE = re.compile(_PAGER + rb"\Z")
_CONFIRMATION = re.compile(rb"[\[(][Yy](?:es)?/[Nn]o?[\])][ ]?[:?]?[ ]?\Z")
_OFFER = re.compile(rb"\[[\w.:/-]{1,64}\]:[ ]?\Z")
# VRP has <name> and [name-view], where * and ~ tell of changes; others have name> name# and name(view)#.
_FIRST_PROMPT = re.compile(rb"(?:<(?P<angle>[^<>\r\n]{1,64})>|(?P<bare>[\w.@:/-]{1,64})[>#])[ ]?\Z")
_TAIL = 512
_NEAR = 4096


class Dialogue:
    """One session; `largest` is the most bytes that an answer is believed to have."""

    def __init__(self, largest: int = 1 << 20) -> None:
        self._largest = largest
        self._prompt: re.Pattern[bytes] | None = None
        self._command: bytes | None = None
        self._bytes = bytearray()
        self._replied = 0
        self._answer: str | None = None

    @property
    def ready(self) -> bool:
        """Whether the element waits for a command."""
        return self._prompt is not None and self._command is None

    def ask(self, command: str) -> bytes:
        """Begin a question, and return what to type.

        Raises:
            Rejected: it is more than one line, or has characters that a keyboard has other uses for.
        """
        if not command.isprintable() or not command.strip() or "?" in command:
            raise Rejected("A command is one line of printable characters, without question marks.")
        self._command = command.encode()
        self._bytes.clear()
        self._replied = 0
        self._answer = None
        return self._command + b"\n"

    def feed(self, chunk: bytes) -> bytes:
        """Take what the element prints, and return what to type now, which is mostly nothing.

        Raises:
            Garbled: the element prints more than it is believed to have to say.
        """
        self._bytes += chunk
        if len(self._bytes) > self._largest:
            raise Garbled(f"The network element prints more than {self._largest} bytes.")
        line = _last_line(bytes(self._bytes[max(self._replied, len(self._bytes) - _TAIL) :]))
        if _PAUSE.search(line):
            return self._reply(b" ")
        if _CONFIRMATION.search(line):
            # A command was meant. What is asked before any, such as for a new password, is not wanted.
            return self._reply(b"n\n" if self._prompt is None else b"y\n")
        if _OFFER.search(line):
            return self._reply(b"\n")
        if self._prompt is None:
            self._learn(line)
        elif self._command is not None and self._prompt.match(line):
            self._finish()
        return b""

    def answer(self) -> str | None:
        """Return the answer when it is finished, without echo and prompt; its lines end in a line feed."""
        return self._answer

    def _reply(self, keys: bytes) -> bytes:
        self._replied = len(self._bytes)
        return keys

    def _learn(self, line: bytes) -> None:
        found = _FIRST_PROMPT.match(line)
        if found is None:
            return
        name = re.escape(found["angle"] or found["bare"])
        forms = (
            rb"(?:<%s>|\[[~*]?%s(?:-[^\]\r\n]{1,64})?\])" if found["angle"] else rb"(?:%s(?:\([^)\r\n]{1,64}\))?[>#])"
        )
        self._prompt = re.compile(forms.replace(b"%s", name) + rb"[ ]?\Z")

    def _finish(self) -> None:
        """Take what was printed as the answer, unless the echo is missing: then it is a prompt from before."""
        end = _echo_ends(bytes(self._bytes[:_NEAR]), self._command or b"")
        if end is None:
            return
        printed = _PAGED.sub(b"", bytes(self._bytes[end:]))
        lines = _ESCAPE.sub(b"", printed).replace(b"\r\n", b"\n").replace(b"\r", b"").split(b"\n")
        self._answer = b"\n".join(lines[:-1]).decode("utf-8", "replace").lstrip("\n")
        self._command = None
        self._bytes.clear()
        self._replied = 0


def _last_line(printed: bytes) -> bytes:
    return re.split(rb"[\r\n]", _ESCAPE.sub(b"", printed))[-1]


def _echo_ends(printed: bytes, command: bytes) -> int | None:
    """Return where the echo of a command ends; blanks and wrapped lines make no difference."""
    blank = rb"(?:[\s\x08]|\x1b\[[0-9;?]*[@-~])*"
    letters = [re.escape(bytes([octet])) for octet in command if octet not in b" "]
    found = re.search(blank.join(letters) + rb"[ ]*\r*\n", printed)
    return found.end() if found else None
