"""Who collects traces: takes OTLP over HTTP as its specification has it (OTLP 1.x, "OTLP/HTTP Request") and nothing else."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiohttp import web
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1 import trace_pb2

KIND = "application/x-protobuf"


class Span(NamedTuple):
    name: str
    trace: int
    parent: bytes
    kind: int
    nanoseconds: int
    failed: str
    said: dict[str, Any]


@dataclass
class Collector:
    port: int = 0
    refuses: int = 0
    """The status with which it refuses everything; 0: it takes it."""
    spans: list[Span] = field(default_factory=list)
    nodes: set[str] = field(default_factory=set)
    asked: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def named(self, name: str) -> list[Span]:
        return [one for one in self.spans if one.name == name]

    async def take(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.refuses:
            return web.Response(status=self.refuses)
        if request.content_type != KIND:
            return web.Response(status=415)
        body = await request.read()
        told = ExportTraceServiceRequest()
        try:
            told.ParseFromString(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        except (DecodeError, OSError):
            return web.Response(status=400)
        for found in told.resource_spans:
            about = _values(found.resource.attributes)
            assert about["service.name"] == "switchboard"
            self.nodes.add(about["service.instance.id"])
            for scope in found.scope_spans:
                self.spans += [_read(one) for one in scope.spans]
        return web.Response(body=ExportTraceServiceResponse().SerializeToString(), content_type=KIND)


def _read(one: trace_pb2.Span) -> Span:
    assert len(one.trace_id) == 16 and len(one.span_id) == 8 and any(one.trace_id) and any(one.span_id)
    assert one.end_time_unix_nano >= one.start_time_unix_nano > 0
    failed = one.status.message if one.status.code == trace_pb2.Status.STATUS_CODE_ERROR else ""
    return Span(
        one.name, int.from_bytes(one.trace_id, "big"), one.parent_span_id, one.kind,
        one.end_time_unix_nano - one.start_time_unix_nano, failed, _values(one.attributes),
    )  # fmt: skip


def _values(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


@asynccontextmanager
async def on_collector() -> AsyncIterator[Collector]:
    found = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", found.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.port = runner.addresses[0][1]
    try:
        yield found
    finally:
        await runner.cleanup()
