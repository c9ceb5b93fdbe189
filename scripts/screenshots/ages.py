"""What time makes of a desk, made up on the way to the console: conversations of some age, and a week of reports."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route, WebSocketRoute

MINUTE = 60_000_000
STRETCH = 12
"""By how much longer a conversation seems to have lasted than it took to make."""
AGES = {
    "Позовите": 3.0,
    "Простите": 1.0,
    "Перенесём за": 6.0,
    "Вы имели": 16.0,
    "contract number": 24.0,
    "Lamp Street": 43.0,
}
"""Minutes, by words of what was said last."""
INSTANTS = frozenset({"at", "waiting_since", "updated_at", "started_at"})
WEEK = ((47, 37, 4.6), (41, 30, 4.4), (38, 27, 4.6), (45, 35, 4.5), (43, 33, 4.3), (22, 18, 4.8), (19, 16, 4.7))
"""Requests, those that the bot answered alone, and the customers' score, from Monday on."""


class Ages:
    """How long ago each conversation seems to have been, by its last words."""

    def __init__(self) -> None:
        self._seeded = int(time.time() * 1_000_000)
        self._minutes: dict[str, float] = {}

    def watch(self, context: BrowserContext) -> None:
        context.route_web_socket("**/console/socket", self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        server.on_message(lambda message: route.send(self._aged(message)))

    def _aged(self, message: str | bytes) -> str:
        frame: dict[str, Any] = json.loads(message)
        for row in frame.get("rows", ()):
            said = row["preview"]["text"]
            self._minutes[row["conversation"]] = next((age for words, age in AGES.items() if words in said), 0)
            _move(row, partial(self._past, row["conversation"]))
        _move(frame.get("entries", []), partial(self._past, frame.get("conversation", "")))
        return json.dumps(frame)

    def _past(self, conversation: str, at: int) -> int:
        made = max(0, self._seeded - at)
        return int(at - made * STRETCH - self._minutes.get(conversation, 0) * MINUTE)


def _move(thing: Any, past: Callable[[int], int]) -> None:
    """Moves every instant in a decoded frame."""
    if isinstance(thing, list):
        for one in thing:
            _move(one, past)
    elif isinstance(thing, dict):
        for name, value in thing.items():
            if name in INSTANTS and isinstance(value, int):
                thing[name] = past(value)
            else:
                _move(value, past)


def report_a_week(page: Page) -> None:
    """The page's reports have a week behind them."""
    page.route("**/reports?*", _week)


def _week(route: Route) -> None:
    answer = route.fetch()
    body = answer.json()
    for day in body["days"]:
        requests, contained, score = WEEK[datetime.fromtimestamp(day["at"] / 1_000_000, UTC).weekday()]
        passed, lost = requests - contained, requests % 3
        day.update(requests=requests, open=0, contained=contained, handed_over=passed - lost, lost=lost)
        day.update(minutes=4.0 + passed / 4, ratings=requests // 3, score=score)
    route.fulfill(response=answer, json=body)
