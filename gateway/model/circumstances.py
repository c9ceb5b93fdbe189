"""What a decision may know beside the log."""

from __future__ import annotations

import msgspec

from gateway.model.events import Plain

Events = tuple[Plain, ...]


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """``owner_available``: the last owner may get the conversation back. ``now``: the instant of the unit that decides."""

    owner_available: bool = False
    now: int = 0
