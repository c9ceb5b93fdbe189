"""What a decision may know beside the log."""

from __future__ import annotations

import msgspec

from gateway.model.events import Plain
from gateway.model.rules import NO_WRAP_UP, WrapUpRules

Events = tuple[Plain, ...]


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """``owner_available``: the last owner may get the conversation back. ``now``: the instant of the unit that decides.
    ``wrap_up``: what the business asks for before an end, where its owner ends it."""

    owner_available: bool = False
    now: int = 0
    wrap_up: WrapUpRules = NO_WRAP_UP
