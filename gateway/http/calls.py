"""The sound of calls for people of a business: a browser's offer, answered. What is done in a call are verbs."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gateway.http.reading import BASE
from gateway.http.routes import EVERYONE, Call, Route
from gateway.ports import Calls
from gateway.settings import IceServer, Settings, ice_servers

PATH = BASE + "/legs/{leg}/sound"


class SoundBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole offer of a browser (SDP), with all its candidates."""

    sdp: Annotated[str, msgspec.Meta(min_length=1, max_length=32_768)]


class SoundAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer to it."""

    sdp: str


class IceView(msgspec.Struct, frozen=True, kw_only=True):
    """By which servers sound may come; none where browsers reach this one directly."""

    ice: tuple[IceServer, ...]


class CallSound:
    """The routes of calls' sound."""

    def __init__(self, calls: Calls, settings: Settings) -> None:
        self._calls = calls
        self._settings = settings

    def routes(self) -> list[Route]:
        return [
            Route(
                method="POST", path=PATH, handler=self.connect, access=EVERYONE, body=SoundBody, answer=SoundAnswer,
                summary="Your sound in a call that you take part in: an offer, answered", tags=("conversations",),
            ),
            Route(
                method="GET", path=BASE + "/calls/ice", handler=self.ice, access=EVERYONE, answer=IceView,
                summary="By which servers the sound of calls may come", tags=("conversations",),
            ),
        ]  # fmt: skip

    async def connect(self, call: Call) -> SoundAnswer:
        """Another offer takes the place of the one before. ``404`` where the call is over, or none of yours."""
        sdp = await self._calls.connect(call.business, call.param("leg"), call.body.sdp, party=call.who.person)
        return SoundAnswer(sdp=sdp)

    async def ice(self, call: Call) -> IceView:
        return IceView(ice=ice_servers(self._settings))
