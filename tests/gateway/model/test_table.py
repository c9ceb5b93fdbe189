"""The state × command table, cell by cell."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from gateway.errors import NotPossible
from gateway.model import commands as c
from gateway.model.decide import TABLE, Circumstances, decide
from gateway.model.events import Attachment, OperatorMessage
from gateway.model.state import Consult, Conversation, Leg, Status
from tests.support.histories import AT, CALL, IVAN, OLGA, TELEGRAM, WEB, History

# "+" makes events, "." is accepted and has nothing to do, "-" is refused.
CELLS = """
                pending queued open wrap_up snoozed resolved
Start              -      -     -      -       -       -
Say                +      +     +      +       +       +
AskForPerson       +      .     .      .       -       -
CancelHandoff      .      +     -      -       -       -
Rate               +      +     +      +       +       +
RateAnswer         +      +     +      +       +       +
End                +      +     +      +       +       .
Consent            +      +     +      +       +       +
ShowInvitation     +      +     +      +       +       +
SetAttributes      +      +     +      +       +       +
LeaveDetails       +      +     +      +       +       +
AskTranscript      +      +     +      +       +       +
AskCallback        -      +     -      -       -       -
PromiseCallback    -      +     +      -       +       -
TryCallback        -      -     +      -       -       -
Leave              +      +     -      -       -       -
JoinChannel        +      +     +      +       +       +
FinishTurn         +      +     +      +       +       +
FailTurn           +      +     +      +       +       +
Take               +      +     .      .       +       -
SendReply          -      -     +      +       -       -
AddNote            +      +     +      +       +       +
SetFacts           +      +     +      +       +       +
SetLabels          +      +     +      +       +       +
Transfer           -      -     +      +       -       -
ReturnToBot        -      -     +      +       -       -
Snooze             -      -     +      -       -       -
Resolve            +      +     +      +       +       -
Replay             +      +     +      +       +       +
Join               -      -     +      +       -       -
Part               .      .     .      .       .       .
RequestHandoff     +      .     -      -       -       -
MakeOffer          -      +     -      -       -       -
AcceptOffer        -      +     -      -       -       -
EndOffer           .      +     .      .       .       .
LoseOwner          .      .     +      +       .       .
Wake               -      -     -      -       +       -
Notify             +      +     +      +       +       +
ReportFailure      +      +     +      +       +       +
FinishFile         +      +     +      +       +       +
FailFile           +      +     +      +       +       +
Close              +      +     +      +       +       -
ExtendWrapUp       -      -     -      +       -       -
CancelWrapUp       -      -     -      +       -       -
EndWrapUp          .      .     .      +       .       .
NoteMacro          +      +     +      +       +       +
FillForm           +      +     +      +       +       +
MoveRecord         +      +     +      +       +       +
Invite             -      -     +      -       -       -
DeclineInvitation  .      .     .      .       .       .
Extend             +      +     +      +       +       +
Edit               +      +     +      +       +       +
React              +      +     +      +       +       +
OpenChat           +      +     +      +       +       -
EditReply          +      +     +      +       +       +
DeleteReply        +      +     +      +       +       +
LoseEndpoint       +      +     +      +       +       +
RegainEndpoint     .      .     .      .       .       .
ForwardAnswers     +      +     +      +       +       +
StartCall          +      +     +      +       +       +
AnswerCall         -      -     +      +       -       -
HoldCall           -      -     +      +       -       -
ResumeCall         -      -     +      +       -       -
EndCall            .      .     .      .       .       .
NoteHeard          +      +     +      +       +       +
TellSpeech         +      +     +      +       +       +
ChangeRecording    +      +     +      +       +       +
SetLanguage        +      +     +      +       +       +
KeepRecording      +      +     +      +       +       +
StartConsult       -      -     +      -       -       -
AcceptConsult      -      -     +      -       -       -
DeclineConsult     .      .     .      .       .       .
EndConsult         .      .     .      .       .       .
CompleteConsult    -      -     +      -       -       -
Confer             -      -     +      -       -       -
"""
_REPLY = OperatorMessage(text="Good so", endpoint=TELEGRAM, operator=OLGA.id, name=OLGA.name)
COMMANDS: tuple[type[c.AnyCommand], ...] = c.AnyCommand.__args__
_HEAD, *_ROWS = [line.split() for line in CELLS.strip().splitlines()]
EXPECTED = {(status, row[0]): cell for row in _ROWS for status, cell in zip(_HEAD, row[1:], strict=True)}


def command_for(kind: type[c.AnyCommand], state: Conversation) -> c.AnyCommand:
    """A command that fits ``state``, as far as a command of its kind can."""
    fence: dict[str, Any] = {"operator": OLGA, "floor_seq": state.floor_seq}
    turn = {"floor_seq": state.floor_seq, "answered": state.answered, "upto": state.last_input}
    fields: dict[type[c.AnyCommand], dict[str, Any]] = {
        c.Start: {"contact": "contact-1", "endpoint": WEB, "locale": "en"},
        c.Say: {"text": "One more thing", "endpoint": WEB},
        c.Rate: {"score": 5},
        c.RateAnswer: {"seq": 3, "helpful": True},
        c.Consent: {"version": "1", "text": "May we keep what you write?"},
        c.ShowInvitation: {"id": "plans", "text": "Shall I help you choose?"},
        c.SetAttributes: {"attributes": {"plan": "gold"}},
        c.LeaveDetails: {"kind": "email", "value": "ivan@example.com"},
        c.AskCallback: {"due_at": state.updated_at + 1, "kind": "phone", "value": "+74950000101"},
        c.PromiseCallback: {"operator": OLGA, "due_at": state.updated_at + 1},
        c.TryCallback: {**fence, "outcome": "no_answer", "again_at": state.updated_at + 1},
        c.Leave: {"reason": "gave_up"},
        c.JoinChannel: {"endpoint": TELEGRAM},
        c.FinishTurn: {**turn, "outcome": "answered"},
        c.FailTurn: {**turn, "attempts": 3},
        c.Take: {"operator": OLGA},
        c.SendReply: {**fence, "text": "Hello"},
        c.AddNote: {"operator": IVAN, "text": "a regular"},
        c.AskTranscript: {"address": "ivan@example.com"},
        c.SetLabels: {"operator": IVAN, "add": ("l1",)},
        c.SetFacts: {"operator": IVAN, "facts": {"order": "12"}},
        c.Transfer: {**fence, "to": IVAN},
        c.ReturnToBot: fence,
        c.Snooze: {**fence, "until": state.updated_at + 1},
        c.Resolve: {**fence, "override": state.owner is None},
        c.ExtendWrapUp: fence,
        c.CancelWrapUp: fence,
        c.NoteMacro: {"operator": OLGA, "macro": "m1", "name": "Refund"},
        c.FillForm: {
            "operator": OLGA,
            "record": "r1",
            "number": "ORD-000001",
            "form": "f1",
            "name": "Order",
            "purpose": "order",
            "status": "new",
            "values": {"what": "tea"},
        },
        c.MoveRecord: {"operator": OLGA, "record": "r1", "before": "new", "status": "done"},
        c.Invite: {**fence, "colleague": IVAN},
        c.DeclineInvitation: {"operator": IVAN},
        c.StartCall: {"leg": "leg-1", "endpoint": CALL},
        c.AnswerCall: {"leg": "leg-1", "operator": OLGA},
        c.HoldCall: {"leg": "leg-1", "operator": OLGA},
        c.ResumeCall: {"leg": "leg-1", "operator": OLGA},
        c.EndCall: {"leg": "leg-1", "why": "hung_up"},
        c.NoteHeard: {"leg": "leg-1", "seq": 2, "heard": 3, "characters": 9},
        c.StartConsult: {**fence, "leg": "leg-1", "asked": (IVAN,)},
        c.AcceptConsult: {"leg": "leg-1", "operator": IVAN},
        c.DeclineConsult: {"leg": "leg-1", "operator": IVAN},
        c.EndConsult: {"leg": "leg-1", "operator": OLGA},
        c.CompleteConsult: {"leg": "leg-1", "operator": OLGA},
        c.Confer: {"leg": "leg-1", "operator": OLGA},
        c.Replay: {"operator": OLGA, "seq": 2},
        c.Join: {"operator": IVAN, "role": "coach"},
        c.Part: {"operator": IVAN},
        c.RequestHandoff: {"reason": "bot_decided", "by": "bot"},
        c.MakeOffer: {"operator": OLGA, "expires_at": state.updated_at + 1},
        c.AcceptOffer: {"operator": OLGA},
        c.EndOffer: {"operator": OLGA, "reason": "expired"},
        c.LoseOwner: {"operator": OLGA, "reason": "lost"},
        c.Notify: {"notice": "queued", "text": "Please wait"},
        c.ReportFailure: {"seq": 2, "part": 0, "reason": "blocked"},
        c.ForwardAnswers: {"way": "email", "address": "ivan@example.com", "since": 2, "upto": 2},
        c.FinishFile: {"seq": 2, "file": Attachment(id="file-1", name="bill.pdf")},
        c.FailFile: {"seq": 2, "file": "file-1", "reason": "refused"},
        c.ChangeRecording: {"leg": "leg-1", "to": "on"},
        c.SetLanguage: {"leg": "leg-1", "locale": "ru", "by": "keys"},
        c.KeepRecording: {"leg": "leg-1", "file": "file-1", "seconds": 9, "since": 40},
        c.TellSpeech: {"seq": 2, "file": "file-1", "text": "Hello"},
        c.Close: {"ending": "answered", "reason": "silence"},
        c.Extend: {"seq": 2, "files": (Attachment(id="file-2", kind="photo"),)},
        c.Edit: {"seq": 2, "text": "What I meant"},
        c.React: {"seq": 2, "emoji": ("👍",)},
        c.OpenChat: {"endpoint": TELEGRAM},
        c.EditReply: {"operator": OLGA, "seq": 2, "text": "Better so", "target": _REPLY},
        c.DeleteReply: {"operator": OLGA, "seq": 2, "target": _REPLY},
        c.LoseEndpoint: {"endpoint": TELEGRAM},
        c.RegainEndpoint: {"endpoint": TELEGRAM},
    }
    return kind(**fields.get(kind, {}))


def state_for(kind: type[c.AnyCommand], status: str) -> Conversation:
    if (kind, status) in ((c.TryCallback, "open"), (c.PromiseCallback, "snoozed")):
        return promised(taken=status == "open").state
    history = AT[status]()
    if status == "queued" and kind in (c.AcceptOffer, c.EndOffer):
        history.do(c.MakeOffer(operator=OLGA, expires_at=history.now + 1))
    assert history.state.status == status
    if kind in (c.StartConsult, c.AcceptConsult, c.CompleteConsult, c.Confer):
        asked = Consult(by=OLGA, asked=(IVAN,)) if kind is c.AcceptConsult else Consult(by=OLGA, colleague=IVAN)
        consult = asked if kind is not c.StartConsult else None
        leg = Leg(id="leg-1", endpoint=CALL, before=WEB, started_at=1, held=consult is not None, consult=consult)
        return replace(history.state, legs=(leg,))
    if kind in (c.AnswerCall, c.HoldCall, c.ResumeCall, c.ChangeRecording, c.SetLanguage):
        leg = Leg(id="leg-1", endpoint=CALL, before=WEB, started_at=1, held=kind is c.ResumeCall)
        return replace(history.state, legs=(leg,))
    return history.state


def promised(*, taken: bool) -> History:
    """A callback is owed."""
    history = AT["queued"]()
    history.do(c.AskCallback(due_at=history.now + 2, kind="here"))
    if taken:
        history.do(c.Take(operator=OLGA))
    return history


def test_the_matrix_names_every_status_and_every_command() -> None:
    assert set(_HEAD) == {status.value for status in Status}
    assert [row[0] for row in _ROWS] == [kind.__name__ for kind in COMMANDS]


@pytest.mark.parametrize("status", _HEAD)
@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_each_cell_is_as_the_matrix_says(kind: type[c.AnyCommand], status: str) -> None:
    state = state_for(kind, status)
    expected = EXPECTED[status, kind.__name__]

    if expected == "-":
        assert kind not in TABLE[Status(status)]
        with pytest.raises(NotPossible):
            decide(state, command_for(kind, state))
    else:
        now = Circumstances(now=state.wrap_up.until if state.wrap_up else state.updated_at)
        assert bool(decide(state, command_for(kind, state), now)) is (expected == "+")


@pytest.mark.parametrize(
    ("kind", "status"),
    [(kind, status) for kind in COMMANDS for status in _HEAD if EXPECTED[status, kind.__name__] == "-"],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_a_refusal_says_what_to_do(kind: type[c.AnyCommand], status: str) -> None:
    state = state_for(kind, status)

    with pytest.raises(NotPossible) as refused:
        decide(state, command_for(kind, state))

    detail = refused.value.detail
    assert refused.value.fields["status"] == status
    assert kind.__name__ not in detail, "a person reads this, not a programmer"
    assert detail.count(".") >= 2, "the first sentence says how it is, the next what to do"


@pytest.mark.parametrize("kind", [kind for kind in COMMANDS if kind is not c.Start], ids=lambda kind: kind.__name__)
def test_nothing_but_a_start_begins_a_conversation(kind: type[c.AnyCommand]) -> None:
    state = AT["pending"]().state

    with pytest.raises(NotPossible):
        decide(None, command_for(kind, state))
