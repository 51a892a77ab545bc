"""Run a contestant: `python -m benchmarks.serve bare|peer URL`, with the server settings that `onapi serve` has."""

import socket
import sys
from typing import Any

import uvicorn

from benchmarks import cities


def _application(name: str, url: str) -> Any:
    if name == "bare":
        from benchmarks import bare

        return bare.application(url, cities.PROVIDER.sp, cities.authorization())
    from benchmarks import peer

    return peer.application(url, cities.PROVIDER.sp, cities.PROVIDER.secret)


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for bound in sockets or []:
            print(f"ready http://127.0.0.1:{bound.getsockname()[1]}/onapi/2.6/", flush=True)


def main() -> None:
    """Serve until SIGTERM."""
    name, url = sys.argv[1:]
    bound = socket.create_server(("127.0.0.1", 0), backlog=2048)
    config = uvicorn.Config(
        _application(name, url),
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=2048,
        timeout_keep_alive=75,
    )
    _Server(config).run([bound])


if __name__ == "__main__":
    main()
