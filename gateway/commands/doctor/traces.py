"""Whether who collects traces takes them."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator

from gateway import tracing
from gateway.commands.doctor.findings import Finding, mend, ok, warn
from gateway.settings import Settings

WITHIN = 5.0


def check(settings: Settings) -> Iterator[Finding]:
    if not settings.tracing:
        yield ok("none are made; `tracing` names who collects them")
        return
    try:
        import opentelemetry.exporter.otlp.proto.http
        import opentelemetry.sdk  # noqa: F401 - whether they are there
    except ImportError:
        yield mend(tracing.MISSING)
        return
    url = tracing.endpoint_of(settings.tracing)
    # No bytes are a request with no spans (protobuf's empty message).
    asked = urllib.request.Request(url, data=b"", headers={"Content-Type": "application/x-protobuf"}, method="POST")
    try:
        with urllib.request.urlopen(asked, timeout=WITHIN):
            yield ok(f"{url} takes them")
    except urllib.error.HTTPError as error:
        yield warn(
            f"{url} answers {error.code}. It must take OTLP over HTTP as protobuf; what it wants in a header stands in"
            " OTEL_EXPORTER_OTLP_HEADERS, which this check doesn't send."
        )
        error.close()
    except http.client.HTTPException:
        yield warn(
            f"{url} speaks another protocol: by gRPC collectors listen at 4317, and by HTTP, as it must be here, at 4318."
        )
    except OSError as error:
        reason = getattr(error, "reason", error)
        yield warn(
            f"{url} isn't reached ({reason}): traces are lost, nothing else is. Start the collector, or mend `tracing`."
        )
