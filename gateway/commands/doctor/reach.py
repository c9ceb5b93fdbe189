"""How browsers reach it, and who stands in between."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from gateway.commands.doctor.findings import Finding, mend, ok, warn
from gateway.settings import Settings


def check(settings: Settings) -> Iterator[Finding]:
    if any(ipaddress.ip_network(one, strict=False).prefixlen == 0 for one in settings.trusted_proxies):
        yield warn(
            "trusted_proxies has the whole world in it, so anybody may say who they are. Name your proxies' networks alone.",
            name="Proxies",
        )
    if not settings.public_url:
        yield _without_url(settings)
    elif settings.public_url.startswith("https:") and not settings.trusted_proxies:
        yield mend("public_url is https, so a proxy ends TLS: name it in trusted_proxies.")
    else:
        yield ok(settings.public_url)


def _without_url(settings: Settings) -> Finding:
    own = f"http://{settings.host}:{settings.port}"
    if settings.database or settings.redis:
        return warn(
            f"Not set: links in letters and messages lead to {own}, one node of several. Set `public_url` to the balancer's, the same"
            " on every node."
        )
    return ok(f"not set: browsers reach it at {own}")
