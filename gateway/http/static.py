"""The built front end, and the headers that keep its pages strict."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from gateway.errors import NotFound

STATIC = Path(__file__).parent.parent / "static"

CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " media-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=(self)",
}
_FOREVER = "public, max-age=31536000, immutable"
_ALWAYS_ASK = "no-cache"


class StaticFiles:
    """Serves ``gateway/static``: hashed files for ever, pages and the widget's loader asked for each time."""

    def __init__(self, root: Path = STATIC) -> None:
        self._root = root.resolve()

    def mount(self, app: web.Application) -> None:
        app.router.add_get("/", self.home)
        app.router.add_get("/console", self.home)
        app.router.add_get("/console/", self.console)
        app.router.add_get("/widget.js", self.loader)
        app.router.add_get("/console/{path:.+}", self.asset)
        app.router.add_get("/widget/{path:.+}", self.asset)

    async def home(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/console/")

    async def console(self, request: web.Request) -> web.StreamResponse:
        return self._file("console/index.html", cache=_ALWAYS_ASK)

    async def loader(self, request: web.Request) -> web.StreamResponse:
        response = self._file("widget.js", cache="public, max-age=300")
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    async def asset(self, request: web.Request) -> web.StreamResponse:
        """A hashed file. The widget's are loaded by any page, the console's only by ours."""
        response = self._file(request.path.lstrip("/"), cache=_FOREVER if "-" in request.path else _ALWAYS_ASK)
        if request.path.startswith("/widget/"):
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    def _file(self, name: str, *, cache: str) -> web.StreamResponse:
        try:
            path = (self._root / name).resolve()
            found = path.is_relative_to(self._root) and path.is_file()
        except (OSError, ValueError):  # a name that no file can have: too long, with a NUL
            found = False
        if not found:
            raise NotFound("There is no such file. Was the front end built? `make web` builds it.")
        return web.FileResponse(path, headers={"Cache-Control": cache})


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """On every response: nothing is sniffed, nothing framed, no inline script runs."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if response.content_type == "text/html":
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
