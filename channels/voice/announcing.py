"""When a caller who waits is told how they stand: soon after they join, then when it has changed, and now and then anyway, so
that nobody believes to be forgotten. Decided without a clock."""

from __future__ import annotations

from gateway.model.standing import Standing

SOON = 8_000
"""Milliseconds after which whoever has just joined is told; the system's own words come first."""
CHANGED = 30_000
"""Between two announcements, where the place is another one …"""
SAME = 75_000
"""… and where it isn't."""


class Announcer:
    """The announcements of one call. Instants are milliseconds since it began."""

    def __init__(self) -> None:
        self._standing: Standing | None = None
        self._told: Standing | None = None
        self._told_at: int | None = None
        self._since: int | None = None

    def begin(self, at: int) -> None:
        """They wait from now on."""
        if self._since is None:
            self._since, self._standing, self._told, self._told_at = at, None, None, None

    def end(self) -> None:
        """They don't wait any more."""
        self._since = None

    def hear(self, standing: Standing) -> None:
        """How they stand by now."""
        self._standing = standing

    def due(self, at: int) -> Standing | None:
        """What is to be told now, if anything is; it counts as told."""
        if self._since is None or self._standing is None:
            return None
        if self._told_at is None:
            wait, begun = SOON, self._since
        else:
            wait, begun = (SAME if self._standing.position == self._told_position else CHANGED), self._told_at
        if at - begun < wait:
            return None
        self._told, self._told_at = self._standing, at
        return self._standing

    @property
    def _told_position(self) -> int:
        return self._told.position if self._told is not None else 0
