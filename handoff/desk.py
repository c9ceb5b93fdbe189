"""The operators' desk: their verbs, as the API knows them."""

from __future__ import annotations

from typing import Annotated, Literal, assert_never

import msgspec

from gateway.errors import Invalid
from gateway.faults import desk
from gateway.http.access import Principal
from gateway.http.routes import EVERYONE
from gateway.http.texts import ItemId, visible_text
from gateway.http.verbs import Verb
from gateway.model import commands as c
from gateway.model.cards import check_cards
from gateway.model.events import Attachment, CallbackKind, Card, Ending, Endpoint, Person, Place
from gateway.model.forms import Answers
from gateway.model.reach import check_email, check_phone
from gateway.model.state import FACT_LENGTH, FACT_NAME_LENGTH

ClientId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
FloorSeq = Annotated[int, msgspec.Meta(ge=0)]
Name = Annotated[str, msgspec.Meta(max_length=200)]
AccountId = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[A-Za-z0-9_.:-]*$")]
FileIds = Annotated[
    tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")], ...],
    msgspec.Meta(max_length=10),
]


class Empty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class ReplyBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``id``: the client's own, the same at every retry. ``floor_seq``: what the operator's screen shows.

    ``files``: ids of what the same person uploaded; with them ``text`` may be empty. ``cards``: things to show side by
    side; their images are ``https``, their buttons' links ``https``, ``mailto`` or ``tel``. ``endpoint``: one of the
    conversation's ``channels``, where it shall not go to the one that the customer wrote by last. ``reply_to``: the ``seq`` of
    the message that it answers. ``place``: somewhere on the map; with it, too, ``text`` may be empty.
    """

    id: ClientId
    text: Annotated[str, msgspec.Meta(max_length=4000)]
    floor_seq: FloorSeq
    files: FileIds = ()
    cards: tuple[Card, ...] = ()
    endpoint: Endpoint | None = None
    reply_to: Annotated[int, msgspec.Meta(ge=0, le=1 << 62)] = 0
    place: Place | None = None


class EditBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``seq``: a message of one's own; ``text``: what it shall say, "" only where it has files."""

    id: ClientId
    seq: Annotated[int, msgspec.Meta(ge=1, le=1 << 62)]
    text: Annotated[str, msgspec.Meta(max_length=4000)]


class DeleteBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``seq``: a message of one's own."""

    id: ClientId
    seq: Annotated[int, msgspec.Meta(ge=1, le=1 << 62)]


class NoteBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``mentions``: colleagues who shall look at it."""

    id: ClientId
    text: Text
    mentions: Annotated[tuple[ItemId, ...], msgspec.Meta(max_length=20)] = ()


class FloorBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    floor_seq: FloorSeq


LegId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class LegBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``leg``: a call that goes on in the conversation."""

    leg: LegId


class ConsultBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``colleague``: an account; or else ``team``: whoever of it comes first."""

    leg: LegId
    floor_seq: FloorSeq
    colleague: AccountId = ""
    team: Name = ""


class CompleteConsultBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    leg: LegId
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class ResolveBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``wrap_up``: its owner notes first what came of it, whatever the business asks for. ``note``: a private one. ``ending``: as
    the ledger has it; ``reason``: why a request is ``lost`` or ``declined``, in a word."""

    floor_seq: FloorSeq
    code: Name = ""
    note: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    wrap_up: bool = False
    ending: Ending = "answered"
    reason: Name = ""


class TransferBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To a colleague, or back to the queue, of ``team`` or of everyone. ``to``: the colleague's account."""

    floor_seq: FloorSeq
    team: Name = ""
    to: AccountId = ""
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class SnoozeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``until``: UTC microseconds, still to come and within a year."""

    floor_seq: FloorSeq
    until: Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800_000_000)]


Instant = Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800_000_000)]
"""UTC microseconds, before the year 2100."""


class CallbackBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``due_at``: still to come and within a year. ``kind`` and ``value``: how the customer is reached; ``here``: in the
    conversation, without a value. ``owner``: the account whose task it is; "": of whoever the queue gives it to then."""

    due_at: Instant
    kind: CallbackKind = "here"
    value: Annotated[str, msgspec.Meta(max_length=254)] = ""
    owner: AccountId = ""
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class CallbackTriedBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``again_at``: when it is tried again; still to come and within a year."""

    floor_seq: FloorSeq
    outcome: Literal["no_answer", "busy", "unreachable"]
    again_at: Instant
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class RunMacroBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``macro``: the id of one that the business has set up."""

    id: ClientId
    macro: ItemId
    floor_seq: FloorSeq


class SubmitFormBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``form`` and ``version``: as it was on the screen. ``answers``: by the names of the questions; several choices one to a line.
    ``tell``: the customer is told the form's message; for that ``floor_seq`` is what the screen shows."""

    id: ClientId
    form: ItemId
    version: Annotated[int, msgspec.Meta(ge=0)]
    answers: Answers
    tell: bool = False
    floor_seq: FloorSeq = 0


class InviteBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``colleague``: their account."""

    floor_seq: FloorSeq
    colleague: Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]*$")]


class LabelsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``add`` and ``remove``: ids of the business's labels."""

    add: Annotated[tuple[ItemId, ...], msgspec.Meta(max_length=20)] = ()
    remove: Annotated[tuple[ItemId, ...], msgspec.Meta(max_length=20)] = ()


class FactsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An empty value removes a fact."""

    facts: Annotated[
        dict[
            Annotated[str, msgspec.Meta(min_length=1, max_length=FACT_NAME_LENGTH)],
            Annotated[str, msgspec.Meta(max_length=FACT_LENGTH)],
        ],
        msgspec.Meta(min_length=1, max_length=20),
    ]


def _said(text: str) -> str:
    """What a person typed, judged: visible, and without characters that no text has."""
    said = visible_text(text)
    if not said:
        raise Invalid("There is nothing to send.", field="text")
    return said


def _facts(principal: Principal, body: FactsBody) -> c.SetFacts:
    facts = {visible_text(name): visible_text(value) for name, value in body.facts.items()}
    if "" in facts:
        raise Invalid("A fact needs a name.", field="facts")
    return c.SetFacts(operator=_person(principal), facts=facts)


def _transfer(principal: Principal, body: TransferBody) -> c.Transfer:
    to = Person(id=body.to, name="") if body.to else None  # the name is the one that the business knows
    return c.Transfer(
        operator=_person(principal), floor_seq=body.floor_seq, team=visible_text(body.team), to=to, note=visible_text(body.note)
    )  # fmt: skip


def _consult(principal: Principal, body: ConsultBody) -> c.StartConsult:
    asked = (Person(id=body.colleague, name=""),) if body.colleague else ()
    return c.StartConsult(
        leg=body.leg, operator=_person(principal), floor_seq=body.floor_seq, asked=asked, team=visible_text(body.team)
    )  # fmt: skip


def _person(principal: Principal) -> Person:
    return principal.person


def _reply(principal: Principal, body: ReplyBody) -> c.SendReply:
    return c.SendReply(
        operator=_person(principal), text=visible_text(body.text) if body.files or body.place else _said(body.text),
        floor_seq=body.floor_seq, client_id=body.id, files=tuple(Attachment(id=name) for name in body.files),
        cards=check_cards(body.cards), endpoint=body.endpoint, reply_to=body.reply_to, place=_place(body.place),
    )  # fmt: skip


def _place(place: Place | None) -> Place | None:
    if place is None:
        return None
    if not (-90 <= place.latitude <= 90 and -180 <= place.longitude <= 180):
        raise Invalid(
            "A place lies between -90 and 90 degrees of latitude and -180 and 180 of longitude.", field="place"
        )
    title, address = visible_text(place.title)[:200], visible_text(place.address)[:300]
    return Place(latitude=place.latitude, longitude=place.longitude, title=title, address=address)


def _edit(principal: Principal, body: EditBody) -> c.EditReply:
    return c.EditReply(operator=_person(principal), seq=body.seq, text=visible_text(body.text))


def _note(principal: Principal, body: NoteBody) -> c.AddNote:
    return c.AddNote(operator=_person(principal), text=_said(body.text), client_id=body.id, mentions=body.mentions)


def _callback(principal: Principal, body: CallbackBody) -> c.PromiseCallback:
    owner = Person(id=body.owner, name="") if body.owner else None  # the name is the one that the business knows
    return c.PromiseCallback(
        operator=_person(principal), due_at=body.due_at, kind=body.kind, value=_reached_at(body), owner=owner,
        note=visible_text(body.note),
    )  # fmt: skip


def _reached_at(body: CallbackBody) -> str:
    match body.kind:
        case "phone":
            return check_phone(body.value, country="")
        case "email":
            return check_email(body.value)
        case "messenger":
            if not (value := visible_text(body.value)):
                raise Invalid(desk.MESSENGER(), field="value")
            return value
        case "here":
            return ""
        case _:
            assert_never(body.kind)


def _callback_tried(principal: Principal, body: CallbackTriedBody) -> c.TryCallback:
    return c.TryCallback(
        operator=_person(principal), floor_seq=body.floor_seq, outcome=body.outcome, again_at=body.again_at,
        note=visible_text(body.note),
    )  # fmt: skip


def _resolve(principal: Principal, body: ResolveBody) -> c.Resolve:
    override = principal.role in ("supervisor", "administrator")
    return c.Resolve(
        operator=_person(principal), floor_seq=body.floor_seq, code=visible_text(body.code), override=override,
        ending=body.ending, reason=visible_text(body.reason),
        note=visible_text(body.note), wrap_up=body.wrap_up,
    )  # fmt: skip


def verbs() -> list[Verb]:
    """All verbs of the desk."""
    return [
        Verb(name="take", summary="Take the conversation: you have the floor", roles=EVERYONE, body=Empty,
             command=lambda who, body: c.Take(operator=_person(who))),
        Verb(name="accept", summary="Accept what is offered to you: you have the floor", roles=EVERYONE, body=Empty,
             command=lambda who, body: c.AcceptOffer(operator=_person(who))),
        Verb(name="decline", summary="Decline what is offered to you: it goes to the next", roles=EVERYONE, body=Empty,
             command=lambda who, body: c.EndOffer(operator=_person(who), reason="declined")),
        Verb(name="reply", summary="Answer the customer (its owner)", roles=EVERYONE, body=ReplyBody, command=_reply),
        Verb(name="edit_reply", summary="Change what you wrote", roles=EVERYONE, body=EditBody, command=_edit),
        Verb(name="delete_reply", summary="Take back what you wrote", roles=EVERYONE, body=DeleteBody,
             command=lambda who, body: c.DeleteReply(operator=_person(who), seq=body.seq)),
        Verb(name="note", summary="Add a private note", roles=EVERYONE, body=NoteBody, command=_note),
        Verb(name="return_to_bot", summary="Give the floor back to the bot", roles=EVERYONE, body=FloorBody,
             command=lambda who, body: c.ReturnToBot(operator=_person(who), floor_seq=body.floor_seq)),
        Verb(name="resolve", summary="End the conversation", roles=EVERYONE, body=ResolveBody, command=_resolve),
        Verb(name="more_time", summary="You need more time to note what came of it", roles=EVERYONE, body=FloorBody,
             command=lambda who, body: c.ExtendWrapUp(operator=_person(who), floor_seq=body.floor_seq)),
        Verb(name="resume", summary="The talk isn't over: go on with it", roles=EVERYONE, body=FloorBody,
             command=lambda who, body: c.CancelWrapUp(operator=_person(who), floor_seq=body.floor_seq)),
        Verb(name="transfer", summary="Pass it to a colleague, or back to the queue, with a note", roles=EVERYONE, body=TransferBody,
             command=_transfer),
        Verb(name="invite", summary="Ask a colleague to join you", roles=EVERYONE, body=InviteBody,
             command=lambda who, body: c.Invite(
                 operator=_person(who), floor_seq=body.floor_seq, colleague=Person(id=body.colleague, name=""))),
        Verb(name="join", summary="Join where you are invited: you may write, too", roles=EVERYONE, body=Empty,
             command=lambda who, body: c.Join(operator=_person(who), role="conference", invited=True)),
        Verb(name="decline_invitation", summary="You can't join now", roles=EVERYONE, body=Empty,
             command=lambda who, body: c.DeclineInvitation(operator=_person(who))),
        Verb(name="leave", summary="Leave what you joined; its owner stays", roles=EVERYONE, body=Empty,
             command=lambda who, body: c.Part(operator=_person(who))),
        Verb(name="requeue", summary="You are leaving: it goes back to the queue, to somebody else", roles=EVERYONE, body=Empty,
             command=lambda who, body: c.LoseOwner(operator=_person(who), reason="signed_out")),
        Verb(name="snooze", summary="Put it aside until a time or the customer's next input", roles=EVERYONE,
             body=SnoozeBody,
             command=lambda who, body: c.Snooze(operator=_person(who), floor_seq=body.floor_seq, until=body.until)),
        Verb(name="callback", summary="Promise to get back to the customer, or change what is promised", roles=EVERYONE,
             body=CallbackBody, command=_callback),
        Verb(name="callback_tried", summary="The customer wasn't reached: when it is tried again", roles=EVERYONE,
             body=CallbackTriedBody, command=_callback_tried),
        Verb(name="label", summary="Put labels on, or take them off", roles=EVERYONE, body=LabelsBody,
             command=lambda who, body: c.SetLabels(operator=_person(who), add=body.add, remove=body.remove)),
        Verb(name="run_macro", summary="Do all that a macro says, or nothing of it", roles=EVERYONE, body=RunMacroBody,
             command=lambda who, body: c.RunMacro(
                 operator=_person(who), macro=body.macro, floor_seq=body.floor_seq, client_id=body.id)),
        Verb(name="submit_form", summary="Keep what was written into a form, as a record with a number", roles=EVERYONE,
             body=SubmitFormBody,
             command=lambda who, body: c.SubmitForm(
                 operator=_person(who), form=body.form, version=body.version, answers=body.answers, client_id=body.id,
                 tell=body.tell, floor_seq=body.floor_seq)),
        Verb(name="hold_call", summary="The caller waits, with music", roles=EVERYONE, body=LegBody,
             command=lambda who, body: c.HoldCall(leg=body.leg, operator=_person(who))),
        Verb(name="resume_call", summary="Take the caller back from hold", roles=EVERYONE, body=LegBody,
             command=lambda who, body: c.ResumeCall(leg=body.leg, operator=_person(who))),
        Verb(name="consult", summary="Put the caller on hold, and ask a colleague or a team about them", roles=EVERYONE, body=ConsultBody,
             command=_consult),
        Verb(name="accept_consult", summary="Come to whoever asks you about a caller: you two talk alone", roles=EVERYONE, body=LegBody,
             command=lambda who, body: c.AcceptConsult(leg=body.leg, operator=_person(who))),
        Verb(name="decline_consult", summary="You can't come now", roles=EVERYONE, body=LegBody,
             command=lambda who, body: c.DeclineConsult(leg=body.leg, operator=_person(who))),
        Verb(name="end_consult", summary="Go back to the caller; who was asked leaves", roles=EVERYONE, body=LegBody,
             command=lambda who, body: c.EndConsult(leg=body.leg, operator=_person(who))),
        Verb(name="complete_consult", summary="The caller is the colleague's from now on", roles=EVERYONE, body=CompleteConsultBody,
             command=lambda who, body: c.CompleteConsult(
                 leg=body.leg, operator=_person(who), note=visible_text(body.note))),
        Verb(name="confer", summary="Take the caller back, and let the colleague stay: all three talk", roles=EVERYONE, body=LegBody,
             command=lambda who, body: c.Confer(leg=body.leg, operator=_person(who))),
        Verb(name="pause_recording", summary="Let the recording of a call rest: what is said now isn't kept", roles=EVERYONE,
             body=LegBody,
             command=lambda who, body: c.ChangeRecording(leg=body.leg, to="paused", operator=_person(who))),
        Verb(name="resume_recording", summary="Go on with the recording of a call", roles=EVERYONE, body=LegBody,
             command=lambda who, body: c.ChangeRecording(leg=body.leg, to="on", operator=_person(who))),
        Verb(name="end_call", summary="Hang up; the conversation goes on", roles=EVERYONE, body=LegBody,
             command=lambda who, body: c.EndCall(leg=body.leg, why="over", operator=_person(who))),
        Verb(name="facts", summary="Correct what is known", roles=EVERYONE, body=FactsBody,
             command=_facts),
    ]  # fmt: skip
