"""A site of its own with the widget on it: a static page, on another origin, with a strict content policy."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A shop</title>
<link rel="icon" href="data:,"><h1>A shop of its own</h1>
<script async src="{origin}/widget.js" data-inbox="{inbox}"{user}></script></html>"""


class Shop:
    """A static site on a port of its own, which allows nothing but the widget. ``users``: the token on each path's
    page; others name nobody."""

    def __init__(self, switchboard: str, inbox: str) -> None:
        self.inbox = inbox
        self.users: dict[str, str] = {}
        socket = switchboard.replace("http", "ws", 1)
        policy = (
            f"default-src 'none'; script-src {switchboard}; connect-src {switchboard} {socket};"
            f" img-src data: {switchboard}; base-uri 'none'"
        )
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                token = shop.users.get(self.path, "")
                user = f' data-user="{token}"' if token else ""
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(PAGE.format(origin=switchboard, inbox=inbox, user=user).encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="shop")
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
