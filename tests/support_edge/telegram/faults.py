"""What goes wrong because a test wants it to, and the record of all calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from tests.support_edge.telegram.errors import Refusal, too_many

FaultKind = Literal["refuse", "unread", "lost", "slow", "hang", "html", "garbage", "midway"]


class Fault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What befalls the next calls.

    - ``refuse``: the answer is ``code`` with ``description`` (429 tells ``retry_after``); nothing is done.
    - ``unread``: the connection drops before the request is read; nothing is done.
    - ``lost``: it is done, then the connection drops instead of an answer.
    - ``slow``: it is done and answered, ``seconds`` late. ``hang``: it is not done, and never answered.
    - ``html``: a proxy's page, 502. ``garbage``: 200 and half a JSON document. Nothing is done in either.
    - ``midway``: a file's download breaks off after half of its bytes.
    """

    kind: FaultKind
    method: str = ""
    """As the documentation writes it; ``""`` is every method, ``"file"`` a download."""
    chat: int | None = None
    bot: int | None = None
    times: int = 1
    """0: until cleared."""
    skip: int = 0
    """So many calls that would be hit pass first."""
    code: int = 500
    description: str = "Internal Server Error"
    retry_after: int = 0
    seconds: float = 0.0

    @property
    def refusal(self) -> Refusal:
        if self.code == 429:
            return too_many(self.retry_after)
        return Refusal(self.code, self.description)


class Call(msgspec.Struct, kw_only=True):
    """One request of a bot, in the order in which they came."""

    method: str
    bot: int
    at: float
    params: dict[str, Any] = {}
    """Those given, without defaults; an upload is its ``attach://`` name."""
    code: int = 0
    """The answer's; 0 while there is none, or if the caller never saw one."""
    done: bool = False
    """Answered, or dropped."""
    result: Any = None
    by_webhook: bool = False


@dataclass(slots=True)
class Record:
    """A call as it is kept: turned into a ``Call`` only when somebody looks, as a benchmark makes many."""

    method: str
    bot: int
    at: float
    by_webhook: bool = False
    given: msgspec.Struct | dict[str, str] | None = None
    code: int = 0
    done: bool = False
    result: Any = None

    @property
    def call(self) -> Call:
        return Call(
            method=self.method, bot=self.bot, at=self.at, by_webhook=self.by_webhook, code=self.code, done=self.done,
            params=msgspec.to_builtins(self.given or {}), result=self.result,
        )  # fmt: skip


class Faults:
    """Those that stand, in the order in which they were set."""

    def __init__(self) -> None:
        self._left: list[list[Any]] = []

    def add(self, fault: Fault) -> None:
        self._left.append([fault, fault.times, fault.skip])

    def clear(self) -> None:
        self._left.clear()

    def __bool__(self) -> bool:
        return bool(self._left)

    def take(self, method: str, bot: int, chat: int | None) -> Fault | None:
        """The fault that befalls this call."""
        for entry in self._left:
            fault: Fault = entry[0]
            if fault.method and fault.method.lower() != method.lower():
                continue
            if (fault.chat is not None and fault.chat != chat) or (fault.bot is not None and fault.bot != bot):
                continue
            if entry[2]:
                entry[2] -= 1
                continue
            if fault.times:
                entry[1] -= 1
                if not entry[1]:
                    self._left.remove(entry)
            return fault
        return None

    def take_unread(self, method: str, bot: int) -> Fault | None:
        """An ``unread`` fault, which cannot know the chat."""
        if any(entry[0].kind == "unread" for entry in self._left):
            fault = self._peek(method, bot)
            if fault is not None and fault.kind == "unread":
                return self.take(method, bot, None)
        return None

    def _peek(self, method: str, bot: int) -> Fault | None:
        for fault, _, skip in self._left:
            if (not fault.method or fault.method.lower() == method.lower()) and fault.bot in (None, bot) and not skip:
                found: Fault = fault
                return found
        return None
