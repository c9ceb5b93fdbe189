"""Random histories: any command against whatever the conversation is by then, kept where ``decide`` accepts it."""

from __future__ import annotations

from typing import Any, get_type_hints

from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.errors import Refused
from gateway.faults import Fault
from gateway.model import commands as c
from gateway.model.decide import TABLE, Circumstances
from gateway.model.events import (
    Attachment,
    Button,
    Endpoint,
    Evidence,
    Memory,
    OperatorMessage,
    Person,
    Phone,
    Place,
    Score,
    Span,
    Speech,
)
from gateway.model.state import Conversation, Leg, Status
from tests.support.histories import CALL, IVAN, OLGA, SUE, TELEGRAM, WEB, History

COMMANDS: tuple[type[c.AnyCommand], ...] = tuple(kind for kind in c.AnyCommand.__args__ if kind is not c.Start)
_ENDS = (c.Close, c.Leave, c.End)
_STEPS = (
    c.Say, c.SendReply, c.FinishTurn, c.FailTurn, c.ReturnToBot, c.Resolve, c.Snooze, c.MakeOffer, c.EndOffer, c.AcceptOffer, c.Join,
    c.Part, c.Invite, c.AskCallback, c.PromiseCallback, c.TryCallback, c.ExtendWrapUp, c.CancelWrapUp,
)  # fmt: skip
_WITH_PEOPLE = (c.Resolve, c.Part)
"""Possible elsewhere, too; but resolving what nobody has is an exception and would end most histories early, and who
leaves must have joined."""

_OF_OTHERS = (c.Take, c.AcceptOffer, c.EndOffer, c.Join, c.Part, c.DeclineInvitation)
"""Seldom of the owner's."""


def _is_step(kind: type[c.AnyCommand], status: Status) -> bool:
    return kind in TABLE[status] and (kind not in _WITH_PEOPLE or status in (Status.OPEN, Status.WRAP_UP))


# Mostly what the state has a step for, so that histories get far; now and then anything; seldom the end.
_LIKELY: dict[Status, list[type[c.AnyCommand]]] = {
    status: [
        *COMMANDS,
        *(kind for kind in COMMANDS if kind in TABLE[status] and kind not in (*_ENDS, c.Resolve) for _ in range(2)),
        *(kind for kind in _STEPS if _is_step(kind, status) for _ in range(6)),
    ]
    for status in Status
}
texts = st.text(max_size=200) | st.sampled_from(["спасибо", "\x00", "👍", "x" * 5000, "{}", "\u2028"])
people = st.sampled_from([OLGA, IVAN, SUE]) | st.integers(0, 20).map(lambda n: Person(id=f"operator-{n}", name=f"N{n}"))
endpoints = st.sampled_from([WEB, TELEGRAM, CALL]) | st.integers(0, 20).map(
    lambda n: Endpoint(inbox="inbox", identity=f"identity-{n}", channel="webchat")
)
facts = st.dictionaries(st.integers(0, 80).map(lambda n: f"fact-{n}"), st.sampled_from(["", "a", "b"]), max_size=40)
numbers = st.integers(0, 30)
buttons = st.lists(st.builds(Button, title=texts, payload=texts), max_size=2).map(tuple)
replies = st.lists(
    st.builds(c.Reply, text=texts, buttons=buttons, sound=st.sampled_from(("", "Greeting"))), max_size=3
).map(tuple)
attachments = st.builds(Attachment, id=texts, name=texts, pending=st.booleans())
scores = st.lists(st.builds(Score, intent=texts, confidence=st.floats(0, 1)), max_size=2).map(tuple)
evidence = st.lists(st.builds(Evidence, seq=numbers, kind=st.just("input"), text=texts), max_size=2).map(tuple)


spans = st.lists(st.builds(Span, kind=st.just("bold"), at=numbers, length=numbers), max_size=2).map(tuple)
degrees = st.floats(-90, 90)
places = st.none() | st.builds(Place, latitude=degrees, longitude=degrees, title=texts)
phones = st.none() | st.builds(Phone, number=texts, name=texts, own=st.booleans())
targets = st.none() | people.map(
    lambda one: OperatorMessage(text="so", endpoint=TELEGRAM, operator=one.id, name=one.name)
)
memories = st.none() | st.builds(
    Memory,
    form=texts,
    asks=texts,
    tries=numbers,
    steps=st.lists(texts, max_size=3).map(tuple),
    version=texts,
    at=numbers,
    answers=facts,
)
records = st.lists(
    st.builds(
        c.FillForm,
        operator=people,
        record=texts,
        number=texts,
        form=texts,
        name=texts,
        purpose=st.just("order"),
        status=texts,
        values=st.dictionaries(texts, texts, max_size=2),
        client_id=st.just(""),
    ),
    max_size=1,
).map(tuple)
legs = st.sampled_from(["leg-1", "leg-2", "leg-3"])
speech = st.none() | st.builds(Speech, leg=legs, since=numbers, until=numbers, confidence=st.floats(0, 1))
faults = st.none() | st.builds(
    Fault, code=texts, text=texts, values=st.dictionaries(texts, texts | numbers, max_size=2)
)


def _sometimes_wrong(right: int) -> st.SearchStrategy[int]:
    return st.sampled_from([right] * 10 + [right - 1, right + 1])


def _operator(state: Conversation) -> st.SearchStrategy[Person]:
    """The owner, whoever it is offered to, or who joined, more often than not."""
    known = [one for one in (state.owner, state.offer.operator if state.offer else None) if one is not None]
    known += [participant.operator for participant in state.participants[:2]]
    return st.sampled_from(known * 3) | people if known else people


def _field(name: str, hint: Any, state: Conversation) -> st.SearchStrategy[Any]:
    """What a field of a command is likely to hold while the conversation is in ``state``."""
    by_name: dict[str, st.SearchStrategy[Any]] = {
        "operator": _operator(state), "to": st.none() | people, "endpoint": endpoints, "facts": facts,
        "floor_seq": _sometimes_wrong(state.floor_seq), "answered": _sometimes_wrong(state.answered),
        "upto": _sometimes_wrong(state.last_input), "replies": replies, "intents": scores, "evidence": evidence,
        "buttons": buttons, "sent_at": st.none() | numbers, "page": st.none(), "score": st.integers(1, 5),
        "owner": st.none() | people, "due_at": st.just(state.updated_at + 10**9), "again_at": st.just(state.updated_at + 10**9),
        "until": st.sampled_from([state.updated_at + 10**9] * 4 + [state.updated_at, state.updated_at + 10**14]),
        "client_id": st.sampled_from(["", "m1"]), "continued_in": st.sampled_from(["", "conversation-2"]),
        "files": st.lists(attachments, max_size=3).map(tuple), "fault": faults,
        "spans": spans, "place": places, "phone": phones, "emoji": st.lists(texts, max_size=2).map(tuple), "target": targets,
        "confidence": st.floats(0, 1), "memory": memories, "records": records, "answered_forms": st.just(()), "speech": speech, "leg": legs,
        "asked": st.lists(people, min_size=1, max_size=3).map(tuple),
    }  # fmt: skip
    if name in by_name:
        return by_name[name]
    if hint is Attachment:
        return attachments
    if hint is str:
        return texts
    if hint is int:
        return numbers
    return st.from_type(hint)


def _as_its_owner(kind: type[c.AnyCommand], fields: dict[str, Any], state: Conversation) -> dict[str, Any]:
    """As a console sends it that shows what is."""
    right: dict[str, Any] = {"floor_seq": state.floor_seq} if "floor_seq" in fields else {}
    if "operator" in fields and state.owner is not None and kind not in _OF_OTHERS:
        right["operator"] = state.owner
    return right


def _at_hand(state: Conversation) -> list[type[c.AnyCommand]]:
    """What few states have a step for, while they have: seldom as they are, it would hardly ever come."""
    return [
        *([c.DeclineInvitation] * 20 if state.invited else ()),
        *([c.Join] * 20 if state.invited else ()),
        *([c.Part] * 20 if state.participants else ()),
        *([c.EndOffer] * 60 if state.offer is not None else ()),
        *([c.TryCallback] * 20 if state.callback is not None else ()),
        *([c.SendReply, c.Transfer, c.Resolve, c.LoseOwner] * 15 if state.status is Status.OPEN else ()),
        *([c.AnswerCall, c.HoldCall, c.ResumeCall, c.EndCall] * 15 if state.legs else ()),
        *([c.ChangeRecording, c.SetLanguage] * 15 if state.legs else ()),
        *([c.ResumeCall] * 30 if any(leg.held for leg in state.legs) else ()),
        *([c.StartConsult] * 40 if state.legs and state.status is Status.OPEN else ()),
        *([c.AcceptConsult] * 100 + [c.DeclineConsult] * 40 + _CONSULTS * 20 if _consult_of(state) is not None else ()),
        *([c.ExtendWrapUp] * 60 + [c.CancelWrapUp] * 30 if state.wrap_up is not None else ()),
    ]


_OF_A_LEG = (c.AnswerCall, c.HoldCall, c.ResumeCall, c.EndCall, c.StartConsult, c.ChangeRecording, c.SetLanguage)
_CONSULTS: list[type[c.AnyCommand]] = [c.AcceptConsult, c.DeclineConsult, c.EndConsult, c.CompleteConsult, c.Confer]


def _consult_of(state: Conversation) -> Leg | None:
    return next((leg for leg in state.legs if leg.consult is not None), None)


def _of_consult(kind: type[c.AnyCommand], leg: Leg) -> dict[str, Any]:
    """As whoever it is up to sends it."""
    assert leg.consult is not None
    asked = kind in (c.AcceptConsult, c.DeclineConsult)
    operator = leg.consult.asked[0] if asked and leg.consult.asked else leg.consult.by
    return {"leg": leg.id, "operator": operator}


@st.composite
def commands(draw: st.DrawFn, state: Conversation) -> c.AnyCommand:
    """One command; most of them fit ``state``."""
    kind: Any = draw(st.sampled_from([*_LIKELY[state.status], *_at_hand(state)]))
    fields = {name: draw(_field(name, hint, state)) for name, hint in get_type_hints(kind).items()}
    if draw(st.integers(0, 3)):
        fields |= _as_its_owner(kind, fields, state)
    # What fits only what came before, mostly does.
    if kind is c.Join and state.invited:
        fields["operator"] = draw(st.sampled_from(state.invited))
    if kind is c.RegainEndpoint and state.unreachable:
        fields["endpoint"] = replace(fields["endpoint"], identity=draw(st.sampled_from(state.unreachable)))
    if kind is c.DeclineInvitation and state.invited:
        fields["operator"] = draw(st.sampled_from(state.invited))
    if kind is c.Resolve and draw(st.integers(0, 3)):
        fields["wrap_up"] = True
    if kind in (c.ExtendWrapUp, c.CancelWrapUp) and draw(st.integers(0, 3)):
        fields |= {"operator": state.owner or OLGA, "floor_seq": state.floor_seq}
    if kind in _CONSULTS and (asking := _consult_of(state)) is not None and draw(st.integers(0, 3)):
        fields |= _of_consult(kind, asking)
    if kind in _OF_A_LEG and state.legs:
        fields["leg"] = draw(st.sampled_from([one.id for one in state.legs]))
    if kind is c.ResumeCall and (held := [one.id for one in state.legs if one.held]):
        fields["leg"] = draw(st.sampled_from(held))
    if kind is c.ChangeRecording:
        fields |= {"to": draw(st.sampled_from(["on", "paused"])), "operator": draw(st.none() | _operator(state))}
    if kind is c.StartCall and draw(st.integers(0, 3)):
        fields["endpoint"] = CALL
    if kind is c.Part and state.participants:
        fields["operator"] = draw(st.sampled_from([one.operator for one in state.participants]))
    if kind in (c.EditReply, c.DeleteReply) and draw(st.integers(0, 3)):
        who = fields["operator"]
        fields["target"] = OperatorMessage(text="so", endpoint=state.endpoint, operator=who.id, name=who.name)
    command: c.AnyCommand = kind(**fields)
    return command


def _begin(history: History, scene: str) -> None:
    """Calls are many steps deep: some histories begin in the midst of one, so that all that can happen there does."""
    if not scene:
        return
    history.do(c.StartCall(leg="leg-1", endpoint=CALL))
    if scene == "call":
        return
    history.ask_for_person()
    history.take(OLGA)
    history.do(c.AnswerCall(leg="leg-1", operator=OLGA))
    if scene == "consult":
        floor = history.state.floor_seq
        history.do(
            c.StartConsult(leg="leg-1", operator=OLGA, floor_seq=floor, asked=(IVAN,), until=history.now + 10**9)
        )


@st.composite
def histories(draw: st.DrawFn, *, longest: int = 40) -> History:
    """A whole conversation of at most ``longest`` tried commands."""
    history = History()
    history.start(locale=draw(st.sampled_from(["en", "ru"])), endpoint=draw(endpoints))
    _begin(history, draw(st.sampled_from(["", "", "", "call", "talk", "consult"])))
    for _ in range(draw(st.integers(0, longest))):
        command = draw(commands(history.state))
        try:
            history.do(command, Circumstances(owner_available=draw(st.booleans())))
        except Refused:
            continue
    return history
