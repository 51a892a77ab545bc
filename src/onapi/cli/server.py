"""Run uvicorn: one process or several, with a clean end."""

import asyncio
import http.client
import os
import signal
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import prometheus_client
import uvicorn
from uvicorn.supervisors import Multiprocess

from onapi import app, errors
from onapi.settings import Settings
from onapi.web import observe
from onapi.web.protocol import GuardedProtocol

_BACKLOG = 2048
_DRAIN_S = 10
_KEEP_ALIVE_S = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where and how to serve; `cert` and `key` are files in PEM, or both None for plain HTTP.

    `works` says whether the one process carries orders out too.
    """

    host: str
    port: int
    workers: int = 1
    cert: Path | None = None
    key: Path | None = None
    works: bool = False


def run(settings: Settings, listening: Listening, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        settings: with a real database URL.
        listening: where.
        on_ready: told the URL of the version's root when requests are answered.

    Raises:
        Unavailable: the address is taken, or the database is away.
        Invalid: the certificate or the key cannot be read.
    """
    bound = _bound(listening.host, listening.port)
    url = _url(settings, listening, bound.getsockname()[1])
    if listening.workers > 1:
        _run_many(settings, listening, bound, on_ready, url)
        return
    if settings.metrics_port:
        prometheus_client.start_http_server(settings.metrics_port, "127.0.0.1")
    config = _config(settings, listening, app.Application(settings, works=listening.works))
    _load(config, listening)
    server = _Server(config, lambda: on_ready(url))
    server.run(sockets=[bound])
    if not server.started:
        raise errors.Unavailable("The server did not start; the line above says why.")


def _run_many(
    settings: Settings, listening: Listening, bound: socket.socket, on_ready: Callable[[str], None], url: str
) -> None:
    """Serve from several processes, each of which makes its application from the environment."""
    os.environ["ONAPI_DATABASE_URL"] = settings.database_url
    os.environ["ONAPI_BEHIND_PROXY"] = "true" if settings.behind_proxy else "false"
    with tempfile.TemporaryDirectory(prefix="onapi-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        # Another one, for what is loaded cannot be given to another process.
        _load(_config(settings, listening, "onapi.app:create"), listening)
        config = _config(settings, listening, "onapi.app:create")
        if settings.metrics_port:
            prometheus_client.start_http_server(settings.metrics_port, "127.0.0.1", registry=observe.registry())
        address = bound.getsockname()
        teller = threading.Thread(target=_tell_when_answered, args=(address, listening, partial(on_ready, url)))
        teller.daemon = True
        teller.start()
        Multiprocess(config, sockets=[bound]).run()


def _tell_when_answered(address: tuple[str, int], listening: Listening, on_ready: Callable[[], None]) -> None:
    """Wait for the first worker to answer, and tell."""
    # The certificate is for the server's public name; this asks itself.
    context = ssl._create_unverified_context()  # noqa: S323
    while True:
        connection: http.client.HTTPConnection
        if listening.cert:
            connection = http.client.HTTPSConnection(address[0], address[1], timeout=5, context=context)
        else:
            connection = http.client.HTTPConnection(address[0], address[1], timeout=5)
        try:
            connection.request("GET", "/livez")
            if connection.getresponse().status == http.HTTPStatus.OK:
                on_ready()
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()


class _Server(uvicorn.Server):
    """uvicorn's server, which tells when it is ready, and ends with status 0 when it is asked to end."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # A second signal changes nothing: the end is bounded in time, and must be clean.
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


def _config(settings: Settings, listening: Listening, application: Any) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        factory=isinstance(application, str),
        workers=listening.workers,
        http=GuardedProtocol,
        ws="none",
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=settings.behind_proxy,
        forwarded_allow_ips=settings.trusted_proxies,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_DRAIN_S,
        ssl_certfile=listening.cert,
        ssl_keyfile=str(listening.key) if listening.key else None,
    )


def _load(config: uvicorn.Config, listening: Listening) -> None:
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise errors.Invalid(
            f"The certificate {listening.cert} or the key {listening.key} is no use: {error}."
        ) from error


def _bound(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise errors.Unavailable(
            f"Cannot listen on {host} port {port}: {error.strerror or error}. Choose another with --host or --port."
        ) from error


def _url(settings: Settings, listening: Listening, port: int) -> str:
    scheme = "https" if listening.cert else "http"
    host = f"[{listening.host}]" if ":" in listening.host else listening.host
    return f"{scheme}://{host}:{port}{settings.mounts[0]}/"
