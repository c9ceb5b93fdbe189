"""In which language a page of ours is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aiohttp import web

_TAG = re.compile(r"\s*([a-z]{2})")


def wanted_locale(request: web.Request, offered: Sequence[str]) -> str:
    """As the link says (``lang``), else as the browser asks for it; "" where none of that is ``offered``."""
    asked = [request.query.get("lang", ""), *request.headers.get("Accept-Language", "")[:200].split(",")]
    tags = (found[1] for one in asked if (found := _TAG.match(one.lower())))
    return next((tag for tag in tags if tag in offered), "")
