"""How a business wants conversations to come to its people, as it sets that up: in seconds, minutes and shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

Mode = Literal["pick", "offer", "auto_accept"]
"""People pick from the queue; each conversation is offered to one of them, who accepts or declines; or it is theirs at once."""
Presence = Literal["online", "busy", "after_call", "away", "offline"]
Passage = Literal["chat", "call", "transfer", "return"]
"""How a conversation may come to somebody: a chat or a call offered from the queue, a colleague's transfer, or their own
customer who comes back."""

REACHES: Mapping[Presence, frozenset[Passage]] = {
    "online": frozenset(("chat", "call", "transfer", "return")),
    "busy": frozenset(("transfer", "return")),
    "after_call": frozenset(("return",)),
    "away": frozenset(),
    "offline": frozenset(),
}
"""Which presence lets what through. Busy is for finishing what one has: nothing new comes by itself, a colleague may still ask."""
MAX_LEVEL = 5
USUAL_LEVEL = 3
"""Of a skill whose level nobody set."""
Level = Annotated[int, msgspec.Meta(ge=1, le=MAX_LEVEL)]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=86_400)]
Share = Annotated[int, msgspec.Meta(ge=5, le=100)]
ThingId = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[A-Za-z0-9_.:-]*$")]


MoreTime = Literal["never", "once", "until_done"]


class WrapUpRules(msgspec.Struct, frozen=True, kw_only=True):
    """What lies between the last word and the end. ``mode``: nothing; the console leads through it; or whoever ends without
    a code is led through it, whatever they end it with. ``code``: its owner can't end it without one. ``seconds``: how long
    it takes at the most, and ``more``: whether its owner may have that time again, or until they are done."""

    mode: Literal["off", "asked", "required"] = "off"
    code: bool = False
    seconds: Annotated[int, msgspec.Meta(ge=10, le=1800)] = 60
    more: MoreTime = "once"


NO_WRAP_UP = WrapUpRules()


def while_wrapping_up(chosen: Presence) -> Presence:
    """What somebody is for routing while their time after a talk runs; a break is a break."""
    return "after_call" if chosen in ("online", "busy") else chosen


class TeamRules(msgspec.Struct, frozen=True, kw_only=True):
    """``skills``: what its conversations ask for, by the skill's id. ``widen``: after how many seconds of waiting the levels
    asked for fall by one more; after the last of them no skill is asked for. ``overflow``: another team's id, which may serve
    as well after ``overflow_after``. ``wrap_up``: ``None`` is as for everybody. ``answer_calls``: calls that are offered are accepted by
    the operator's console itself, with a beep."""

    mode: Mode = "pick"
    skills: Annotated[dict[ThingId, Level], msgspec.Meta(max_length=20)] = {}
    widen: Annotated[tuple[Seconds, ...], msgspec.Meta(max_length=5)] = (30, 60, 120)
    overflow: ThingId = ""
    overflow_after: Seconds = 90
    wrap_up: WrapUpRules | None = None
    answer_calls: bool = False


class RoutingRules(msgspec.Struct, frozen=True, kw_only=True):
    """``everybody``: of what goes to no team. ``offer_seconds``: how long an offer stands. ``missed_limit``: after so many that
    passed in a row somebody is set away; 0: never. ``again_seconds``: when it may be offered again to who let it pass.
    ``knew_days``: for how long who knew the contact last comes first. ``grace_seconds``: after the loss of an operator's last
    console their conversations are queued again. ``weight``: how fast waiting counts, in hundredths, where businesses share
    operators. ``step_minutes``: the waiting that a step of priority is worth; ``call_minutes``: that a live call is worth.
    ``chat``: what a chat takes of an operator, in hundredths; ``resting``: how much of that while it waits for the
    customer."""

    everybody: TeamRules = TeamRules()
    offer_seconds: Annotated[int, msgspec.Meta(ge=5, le=600)] = 30
    missed_limit: Annotated[int, msgspec.Meta(ge=0, le=20)] = 2
    again_seconds: Seconds = 120
    knew_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 30
    grace_seconds: Annotated[int, msgspec.Meta(ge=15, le=3600)] = 90
    weight: Annotated[int, msgspec.Meta(ge=10, le=1000)] = 100
    step_minutes: Annotated[int, msgspec.Meta(ge=0, le=120)] = 5
    call_minutes: Annotated[int, msgspec.Meta(ge=0, le=120)] = 10
    chat: Share = 20
    resting: Annotated[int, msgspec.Meta(ge=0, le=100)] = 50


class WaitingRules(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever waits is offered, and when a silence is over; 0 switches a thing off.

    ``callback_after``: seconds in the queue after which the customer is offered a callback; ``callback_within``: minutes in
    which it is promised. ``missed_after``: seconds after that offer until whoever went away without reading it is called back
    unasked, where it is known how. ``remind_after``: minutes of silence after which a customer is reminded that they are waited
    for; ``close_after``: minutes after that until the conversation ends by itself. ``unread_after``: minutes until an answer that
    nobody read on the page goes out by e-mail.
    """

    callback_after: Seconds = 150
    callback_within: Annotated[int, msgspec.Meta(ge=5, le=10_080)] = 60
    missed_after: Seconds = 600
    remind_after: Annotated[int, msgspec.Meta(ge=0, le=10_080)] = 60
    close_after: Annotated[int, msgspec.Meta(ge=0, le=43_200)] = 1440
    unread_after: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 5


class RatingRules(msgspec.Struct, frozen=True, kw_only=True):
    """``ask``: customers are asked for a rating when a talk has ended. ``again_hours``: the same customer not within this."""

    ask: bool = True
    again_hours: Annotated[int, msgspec.Meta(ge=0, le=8760)] = 24


class SkillRules(msgspec.Struct, frozen=True, kw_only=True):
    """Which conversations ask for a skill by themselves: those in ``language``, those of ``channel``; "": none do.
    ``strict``: waiting doesn't relax it."""

    language: Annotated[str, msgspec.Meta(pattern=r"^([a-z]{2,3})?$")] = ""
    channel: Literal["", "webchat", "telegram", "voice"] = ""
    strict: bool = False


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """A speech engine that speaks. ``voice``: its own name of one, "" for its usual one; ``rate``: 0.5 to 2."""

    name: str
    voice: str = ""
    rate: float = 1.0


class CallSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How calls from a page are taken. ``greeting``: what is said first, by language; ours where there is none. ``notice``: what
    must be heard to its end after it (that calls are recorded). ``to``: who has the talk then; ``team``: whom people's calls go to,
    by id, "" for everybody. ``record``: calls are recorded, from when the caller has heard the notice. ``ask_language``: callers say
    first, or by a key, which of the business's languages they speak. ``recognizers``, ``speakers``: by language, the speech engines in the
    order in which they are tried; those that are always there where there are none. ``sounds``: by language and prompt
    (``gateway.model.prompts``), the name of the sound that is played in place of the voice, or of our music."""

    greeting: dict[str, str] = {}
    notice: dict[str, str] = {}
    to: Literal["bot", "people"] = "bot"
    team: str = ""
    record: bool = False
    ask_language: bool = False
    recognizers: dict[str, tuple[str, ...]] = {}
    speakers: dict[str, tuple[Speaker, ...]] = {}
    sounds: dict[str, dict[str, str]] = {}
