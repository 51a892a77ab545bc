"""What operators watch: Prometheus metrics with bounded labels, and log lines in JSON; no accessId, no secret."""

import ipaddress
import logging
import os
import sys
import time
from typing import Any

import prometheus_client
import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, multiprocess
from starlette.responses import Response

from onapi.web.call import Call

SLOW_S = 1.0
"""A request that takes longer is logged."""

_REQUESTS = Counter("onapi_requests_total", "Requests answered.", ["endpoint", "method", "status", "sp"])
_SECONDS = Histogram(
    "onapi_request_seconds",
    "Time to the end of an answer.",
    ["endpoint", "method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120),
)
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_log = structlog.get_logger()
_children: dict[tuple[str, str, int, str], tuple[Any, Any]] = {}


def begin_logging(*, readable: bool = False) -> None:
    """Send log lines to stderr, as JSON or, if `readable`, as text for a person at a terminal."""
    coloured = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    render: Any = structlog.dev.ConsoleRenderer(colors=coloured) if readable else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    for name in ("uvicorn", "uvicorn.error", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers = [_Handler()]
        logger.propagate = False
        logger.setLevel(logging.WARNING)


class _Handler(logging.Handler):
    """Hands lines of the standard library's loggers to ours."""

    def emit(self, record: logging.LogRecord) -> None:
        error = {"exc_info": record.exc_info} if record.exc_info else {}
        _log.log(record.levelno, record.name, message=record.getMessage(), **error)


def answered(call: Call, status: int, began: float) -> None:
    """Count a request, and log it when it failed or was slow; `began` is `time.perf_counter()` of its start."""
    took_s = time.perf_counter() - began
    method = call.method if call.method in _METHODS else "other"
    sp = call.caller.sp if call.caller else ""
    key = (call.endpoint, method, status, sp)
    children = _children.get(key)
    if children is None:
        children = _REQUESTS.labels(call.endpoint, method, str(status), sp), _SECONDS.labels(call.endpoint, method)
        _children[key] = children
    requests, seconds = children
    requests.inc()
    seconds.observe(took_s)
    failed_here = status >= 500 and status != 501
    if failed_here or took_s > SLOW_S:
        tell = _log.warning if failed_here else _log.info
        tell(
            "request",
            request_id=call.request_id,
            sp=sp,
            endpoint=call.endpoint,
            method=method,
            status=status,
            took_s=round(took_s, 3),
        )


def failed(call: Call, error: BaseException) -> None:
    """Log an error that is ours, with its trace."""
    _log.error("unexpected", request_id=call.request_id, exc_info=error)


def metrics() -> Response:
    """Return the metrics of all worker processes."""
    return Response(prometheus_client.generate_latest(registry()), media_type=prometheus_client.CONTENT_TYPE_LATEST)


def registry() -> CollectorRegistry:
    """Return the metrics of this process, or of all workers where there are several."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return prometheus_client.REGISTRY
    of_all = CollectorRegistry()
    multiprocess.MultiProcessCollector(of_all)  # type: ignore[no-untyped-call]
    return of_all


def is_loopback(address: str) -> bool:
    """Return whether an address is of this machine."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
