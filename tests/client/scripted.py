"""A transport that answers from a script, and one that loses answers on the way from a real server."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from onapi.client.steps import Answer, Lost, Request
from onapi.client.transport import Reply, Transport


@dataclass
class Said:
    """An answer of the script; a body that `breaks` loses its end."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    breaks: bool = False


class ScriptedReply:
    """An answer of the script, in pieces of some bytes."""

    def __init__(self, said: Said) -> None:
        self.head = Answer(said.status, {"content-type": "application/json"} | said.headers)
        self._pieces = [said.body[at : at + 7] for at in range(0, len(said.body), 7)]
        self._breaks = said.breaks
        self.closed = False

    def more(self) -> bytes:
        if self._pieces:
            return self._pieces.pop(0)
        if self._breaks:
            raise Lost("The connection broke", sent=True)
        return b""

    def close(self) -> None:
        self.closed = True


class Script:
    """Answers requests in turn, and remembers them; what is an exception is raised."""

    def __init__(self, *answers: Said | Lost) -> None:
        self._answers = list(answers)
        self.requests: list[Request] = []
        self.replies: list[ScriptedReply] = []

    def open(self, request: Request) -> Reply:
        self.requests.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Lost):
            raise answer
        self.replies.append(ScriptedReply(answer))
        return self.replies[-1]

    def close(self) -> None:
        assert not self._answers, "not everything was asked for"


class Lossy:
    """A real transport, whose answers are lost where `loses` says so; the server has got the request all the same.

    Those of a POST and a PATCH are counted; all others arrive.
    """

    def __init__(self, inner: Transport, loses: Iterable[bool], strips: Callable[[Request], Request]) -> None:
        self._inner = inner
        self._loses = iter(loses)
        self._strips = strips
        self.sent: list[str] = []

    def open(self, request: Request) -> Reply:
        self.sent.append(f"{request.method} {request.path}")
        if request.method in ("POST", "PATCH") and next(self._loses, False):
            self._inner.open(self._strips(request)).close()
            raise Lost("The answer was lost", sent=True)
        return self._inner.open(self._strips(request))

    def close(self) -> None:
        self._inner.close()
