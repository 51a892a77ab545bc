"""Waits at sockets in a thread of its own, and has what comes seen to."""

import selectors
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress


class Listener:
    """Sockets, each with what is done when something has come to it; they are closed at the end."""

    def __init__(self, handlers: Mapping[socket.socket, Callable[[], None]]) -> None:
        """Begin."""
        self._bell, bell = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._selector.register(bell, selectors.EVENT_READ, None)
        for one, handler in handlers.items():
            self.add(one, handler)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def add(self, one: socket.socket, handler: Callable[[], None]) -> None:
        """Wait at another socket too."""
        self._selector.register(one, selectors.EVENT_READ, handler)

    def drop(self, one: socket.socket) -> None:
        """Close a socket; only handlers do so."""
        self._selector.unregister(one)
        one.close()

    def stop(self) -> None:
        """End, and close everything."""
        self._bell.send(b".")
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._selector.close()
        self._bell.close()

    def _run(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    return
                # What cannot be received or sent is lost, as on any wire; whoever misses it asks again.
                with suppress(OSError):
                    key.data()
