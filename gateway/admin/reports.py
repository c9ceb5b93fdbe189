"""Reports: the figures of each day, also for clients, who see nothing else."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gateway.errors import Invalid
from gateway.http.routes import SUPERVISORS, Call, Route
from gateway.store import figures
from gateway.store.store import LONG, Store

READERS = SUPERVISORS | {"client"}
MOST_DAYS = 92

Instant = Annotated[int, msgspec.Meta(ge=0, le=1 << 60)]


class ReportQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """From an instant until another (µs): days are counted from ``from``, so a midnight of the reader's is best."""

    from_: Instant
    to: Instant


class DayFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Requests by the day on which they came. ``contained``: ended without people being asked for. ``minutes``: from
    their begin to their end, on average. ``score``: of ratings given that day, 1 to 5."""

    at: int
    requests: int
    open: int
    contained: int
    handed_over: int
    lost: int
    minutes: float | None
    ratings: int
    score: float | None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    days: tuple[DayFigures, ...]


class Reports:
    """The route of reports."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        return [
            Route(method="GET", path="/api/v1/businesses/{business}/reports", handler=self.read, access=READERS,
                  summary="The figures of each day", query=ReportQuery, answer=Report, tags=("reports",))
        ]  # fmt: skip

    async def read(self, call: Call) -> Report:
        first, last = call.query.from_, call.query.to
        count = -(-(last - first) // figures.DAY)
        if not 0 < count <= MOST_DAYS:
            raise Invalid(f"Choose from one to {MOST_DAYS} days.", field="to", limit=MOST_DAYS)

        found = await self._store.read(
            call.business, lambda tx, now: figures.by_day(tx, first=first, last=last), patience=LONG
        )
        days = (_shown(first + number * figures.DAY, found.get(number)) for number in range(count))
        return Report(days=tuple(days))


def _shown(at: int, day: figures.Day | None) -> DayFigures:
    if day is None:
        return DayFigures(
            at=at, requests=0, open=0, contained=0, handed_over=0, lost=0, minutes=None, ratings=0, score=None
        )
    return DayFigures(
        at=at, requests=day.requests, open=day.open, contained=day.contained, handed_over=day.handed_over,
        lost=day.lost, minutes=round(day.took / 60_000_000, 1) if day.took is not None else None, ratings=day.rated,
        score=round(day.score, 2) if day.score is not None else None,
    )  # fmt: skip
