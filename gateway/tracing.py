"""Spans by OpenTelemetry, where `tracing` names who collects them; without it nothing is loaded and nothing is made.

A conversation is one trace: its number is made from the conversation's id, so whatever node does something for it adds to the same
trace, and nothing has to be handed on. A span is made when what it tells is over, for only then it is known whose it was. It says which
business, conversation, channel and outcome, by their ids and names: no text, address or number of anybody is in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import secrets
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from gateway.errors import Refused, StartupError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

Value = str | int | bool
PATH = "/v1/traces"
"""Where OTLP over HTTP takes spans (OpenTelemetry Protocol 1.x, "OTLP/HTTP Request")."""
EXPORT_WITHIN = 5.0
MISSING = "`tracing` needs two packages more: pip install 'switchboard[tracing]'."


class Step(Protocol):
    """Something that is done and takes its time."""

    def of(self, conversation: str, **attributes: Value) -> None:
        """Whose it turned out to be, and what came of it."""

    def drop(self) -> None:
        """It isn't worth a span."""

    def end(self) -> None:
        """It is over: for one that isn't used by ``with``."""

    def __enter__(self) -> Step: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class _Untold:
    """A step that nobody wants to hear of."""

    def of(self, conversation: str, **attributes: Value) -> None:
        return

    def drop(self) -> None:
        return

    def end(self) -> None:
        return

    def __enter__(self) -> Step:
        return self

    def __exit__(self, *ended: object) -> None:
        return


class _Told:
    __slots__ = ("_attributes", "_began", "_conversation", "_dropped", "_name", "_recorder")

    def __init__(self, recorder: Recorder, name: str, attributes: dict[str, Value]) -> None:
        self._recorder, self._name, self._attributes = recorder, name, attributes
        self._conversation, self._dropped = "", False
        self._began = time.time_ns()

    def of(self, conversation: str, **attributes: Value) -> None:
        self._conversation = conversation
        self._attributes |= attributes

    def drop(self) -> None:
        self._dropped = True

    def end(self) -> None:
        self.__exit__(None, None, None)

    def __enter__(self) -> Step:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._dropped and kind is not asyncio.CancelledError:
            self._dropped = True
            failed = error.code if isinstance(error, Refused) else kind.__name__ if kind is not None else ""
            self._recorder.record(self._name, self._conversation, self._began, self._attributes, failed=failed)


_UNTOLD = _Untold()
_recorder: Recorder | None = None


def step(name: str, **attributes: Value) -> Step:
    """To be used by ``with``: a span from now to its end. What it raises is told by its name."""
    return _UNTOLD if _recorder is None else _Told(_recorder, name, attributes)


def trace_of(conversation: str) -> int:
    """The number of a conversation's trace: 128 bits."""
    return int.from_bytes(hashlib.blake2b(conversation.encode(), digest_size=16).digest(), "big")


class Recorder:
    """Gives spans to the collector, many at once and by a thread of its own; what it can't give is lost, and nobody waits for it."""

    def __init__(self, url: str, *, share: float, node: str, version: str) -> None:
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
            from opentelemetry.sdk.trace.id_generator import IdGenerator
            from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
        except ImportError as error:
            raise StartupError(MISSING) from error
        wanted = threading.local()

        class Ids(IdGenerator):
            """The trace is the conversation's, if there is one."""

            def generate_trace_id(self) -> int:
                conversation: str = getattr(wanted, "conversation", "")
                return trace_of(conversation) if conversation else secrets.randbits(128) or 1

            def generate_span_id(self) -> int:
                return secrets.randbits(64) or 1

        self._wanted = wanted
        told = {"service.name": "switchboard", "service.version": version, "service.instance.id": node}
        self._provider: TracerProvider = TracerProvider(
            sampler=TraceIdRatioBased(share), resource=Resource.create(told), id_generator=Ids(), shutdown_on_exit=False
        )
        exporter = OTLPSpanExporter(endpoint=endpoint_of(url), timeout=EXPORT_WITHIN)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("switchboard", version)
        # What the collector's being away makes it say is one line each time, not a trace of its own insides.
        for handler in logging.getLogger().handlers:
            handler.addFilter(_without_trace)

    def record(
        self, name: str, conversation: str, began: int, attributes: dict[str, Value], *, failed: str
    ) -> None:  # fmt: skip
        """``began``: nanoseconds since 1970. ``failed``: the name of what was raised, or ""."""
        from opentelemetry.context import Context
        from opentelemetry.trace import SpanKind, Status, StatusCode

        self._wanted.conversation = conversation
        kind = SpanKind.CLIENT if name == "deliver" else SpanKind.SERVER if name.isupper() else SpanKind.INTERNAL
        told = {key if "." in key else f"switchboard.{key}": value for key, value in attributes.items()}
        if conversation:
            told["switchboard.conversation"] = conversation
        span = self._tracer.start_span(name, context=Context(), kind=kind, attributes=told, start_time=began)
        if failed:
            span.set_status(Status(StatusCode.ERROR, failed))
            span.set_attribute("error.type", failed)
        span.end()

    def close(self) -> None:
        """What waits leaves, or is lost after ``EXPORT_WITHIN`` seconds: the library itself would wait far longer for a collector that
        says nothing."""
        leaving = threading.Thread(target=self._provider.shutdown, name="tracing.end", daemon=True)
        leaving.start()
        leaving.join(EXPORT_WITHIN)


def _without_trace(record: logging.LogRecord) -> bool:
    if record.name.startswith("opentelemetry"):
        record.exc_info = None
    return True


def endpoint_of(url: str) -> str:
    """Where spans are posted: OTLP's own path where the setting names none."""
    return url if urlsplit(url).path.strip("/") else url.rstrip("/") + PATH


def begin(url: str, *, share: float, node: str, version: str) -> None:
    """From now on steps are told. Raises ``StartupError``."""
    global _recorder
    _recorder = Recorder(url, share=share, node=node, version=version)


def end() -> None:
    """Gives away what waits; blocks for it, some seconds at most."""
    global _recorder
    recorder, _recorder = _recorder, None
    if recorder is not None:
        with contextlib.suppress(Exception):  # the library's own, at the very end
            recorder.close()
