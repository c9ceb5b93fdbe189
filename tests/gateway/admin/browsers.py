"""A person's browser as the set-up's tests see it: a cookie, and requests from the console's pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support_edge.site import Answer, Site


@dataclass
class Browser:
    """``session``: the cookie's value, "" before signing in."""

    site: Site
    session: str
    agent: str = "Mozilla/5.0 (X11; Linux x86_64) Chromium/150"

    async def ask(self, method: str, path: str, body: object = None, *, business: str = "") -> Answer:
        """A request; ``path`` below the business where it begins with a word, else as it is. Keeps a new cookie."""
        url = path if path.startswith("/") else f"/api/v1/businesses/{business or self.site.ours.business}/{path}"
        headers = {"Origin": self.site.origin, "User-Agent": self.agent}
        if self.session:
            headers["Cookie"] = f"switchboard_session={self.session}"
        async with self.site.http.request(method, self.site.origin + url, json=body, headers=headers) as response:
            cookie = response.cookies.get("switchboard_session")
            if cookie is not None:
                self.session = cookie.value
            return response.status, await response.json(content_type=None) if response.status != 204 else {}

    async def get(self, path: str, **more: str) -> Any:
        """What is there; it must be."""
        status, body = await self.ask("GET", path, **more)
        assert status == 200, body
        return body

    async def audit(self) -> list[tuple[str, str, str]]:
        """Who did what to which kind of thing, the latest first."""
        lines = (await self.get("audit"))["lines"]
        return [(line["actor_name"], line["action"], line["kind"]) for line in lines]


def code(answer: Answer) -> tuple[int, str]:
    """A problem's status and code."""
    status, body = answer
    return status, str(body["type"]).removeprefix("/problems/")
