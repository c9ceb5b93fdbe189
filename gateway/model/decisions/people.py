"""What operators and supervisors do, decided."""

from __future__ import annotations

from gateway.errors import Invalid, NotOwner, NotPossible, StaleFloor, TakenBy
from gateway.faults import desk
from gateway.model import commands as c
from gateway.model.circumstances import Circumstances, Events
from gateway.model.events import (
    CallbackPromised,
    CallbackReason,
    CallbackTried,
    ColleagueDeclined,
    ColleagueInvited,
    DeliveryReplayed,
    FactsChanged,
    FormFilled,
    Labelled,
    MacroRun,
    NoteAdded,
    OperatorDeleted,
    OperatorEdited,
    OperatorMessage,
    ParticipantJoined,
    ParticipantLeft,
    RecordMoved,
    Resolved,
    ReturnedToBot,
    Snoozed,
    Taken,
    Transferred,
    WrapUpCancelled,
    WrapUpExtended,
    WrapUpStarted,
)
from gateway.model.state import MAX_LABELS, MAX_PARTICIPANTS, Conversation, Status, bounded

SECOND = 1_000_000
"""Microseconds."""
MAX_SNOOZE = 366 * 24 * 3600 * 1_000_000
"""Microseconds; a leap year."""


def take(state: Conversation, command: c.Take, circumstances: Circumstances) -> Events:
    if state.offer is not None and state.offer.operator.id != command.operator.id:
        raise TakenBy(
            f"It is offered to {state.offer.operator.name} right now.", owner=state.offer.operator.name
        )  # fmt: skip
    return (Taken(operator=command.operator, via="offer" if state.offer is not None else "take"),)


def take_owned(state: Conversation, command: c.Take, circumstances: Circumstances) -> Events:
    if state.owner is not None and state.owner.id == command.operator.id:
        return ()
    owner = state.owner.name if state.owner else ""
    raise TakenBy(f"{owner} was faster and has this conversation.", owner=owner)


def reply(state: Conversation, command: c.SendReply, circumstances: Circumstances) -> Events:
    fence(state, command)
    endpoint = command.endpoint or state.endpoint
    calls = (leg.endpoint for leg in state.legs)
    if endpoint != state.endpoint and endpoint not in (*state.channels, *calls):
        raise Invalid("That channel isn't part of this conversation. Choose one that is.", field="endpoint")
    return (
        OperatorMessage(
            text=command.text, endpoint=endpoint, operator=command.operator.id,
            name=command.operator.name, client_id=command.client_id, files=command.files,
            cards=command.cards, reply_to=command.reply_to, place=command.place, speech=command.speech,
        ),
    )  # fmt: skip


def edit_reply(state: Conversation, command: c.EditReply, circumstances: Circumstances) -> Events:
    target = _own(command)
    operator = command.operator
    if not command.text and not target.files:
        raise Invalid("There is nothing left of it. Take the message back instead.", field="text")
    return (
        OperatorEdited(
            seq=command.seq, text=command.text, endpoint=target.endpoint, operator=operator.id, name=operator.name
        ),
    )  # fmt: skip


def delete_reply(state: Conversation, command: c.DeleteReply, circumstances: Circumstances) -> Events:
    target = _own(command)
    operator = command.operator
    return (
        OperatorDeleted(seq=command.seq, endpoint=target.endpoint, operator=operator.id, name=operator.name),
    )  # fmt: skip


def _own(command: c.EditReply | c.DeleteReply) -> OperatorMessage:
    """Whoever wrote it may mend it, whoever has the floor by now."""
    if command.target is None:
        raise NotPossible("That message isn't there to be changed.")
    if command.target.operator != command.operator.id:
        raise NotOwner("Only who wrote it can change it.", owner=command.target.name)
    return command.target


def note(state: Conversation, command: c.AddNote, circumstances: Circumstances) -> Events:
    operator = command.operator
    return (
        NoteAdded(
            text=command.text, operator=operator.id, name=operator.name, client_id=command.client_id,
            mentions=command.mentions,
        ),
    )  # fmt: skip


def set_facts(state: Conversation, command: c.SetFacts, circumstances: Circumstances) -> Events:
    return (FactsChanged(facts=bounded(command.facts), operator=command.operator.id, name=command.operator.name),)


def set_labels(state: Conversation, command: c.SetLabels, circumstances: Circumstances) -> Events:
    """Only what is news."""
    added = tuple(one for one in dict.fromkeys(command.add) if one not in state.labels)
    removed = tuple(one for one in dict.fromkeys(command.remove) if one in state.labels and one not in command.add)
    if len(state.labels) + len(added) - len(removed) > MAX_LABELS:
        raise NotPossible(desk.LABELS(limit=MAX_LABELS))
    return (Labelled(by=command.operator, added=added, removed=removed),) if added or removed else ()


def transfer(state: Conversation, command: c.Transfer, circumstances: Circumstances) -> Events:
    fence(state, command)
    if command.to is not None and state.owner is not None and command.to.id == state.owner.id:
        raise Invalid("It is theirs already. Choose a colleague.", field="to")
    moved = Transferred(by=command.operator, team=command.team, to=command.to, note=command.note)
    return (moved,) if command.to is None else (moved, Taken(operator=command.to, via="transfer"))


def return_to_bot(state: Conversation, command: c.ReturnToBot, circumstances: Circumstances) -> Events:
    fence(state, command)
    return (ReturnedToBot(by=command.operator),)


def snooze(state: Conversation, command: c.Snooze, circumstances: Circumstances) -> Events:
    fence(state, command)
    _to_come(command.until, "until", circumstances.now)
    return (Snoozed(by=command.operator, until=command.until),)


def _to_come(instant: int, field: str, now: int) -> None:
    if instant <= now:
        raise Invalid("That time is past. Choose one that is still to come.", field=field)
    if instant > now + MAX_SNOOZE:
        raise Invalid("That is more than a year ahead. Choose a nearer time, or resolve the conversation.", field=field)


def resolve(state: Conversation, command: c.Resolve, circumstances: Circumstances) -> Events:
    """Whoever ends what isn't theirs owes nobody an outcome."""
    fence(state, command)
    operator, rules = command.operator, circumstances.wrap_up
    is_owner = state.owner is not None and state.owner.id == operator.id
    led = command.wrap_up or (rules.mode == "required" and not command.code)
    if is_owner and led and state.status is Status.OPEN:
        until = circumstances.now + rules.seconds * SECOND
        return (
            WrapUpStarted(by=operator, until=until, code=rules.code, seconds=rules.seconds, more=rules.more),
        )  # fmt: skip
    needs_code = state.wrap_up.code if state.wrap_up is not None else rules.code
    if is_owner and needs_code and not command.code:
        raise NotPossible(desk.CODE_NEEDED())
    if command.ending == "called_back" and state.callback is None:
        raise Invalid(desk.NO_CALLBACK(), field="ending")
    end = Resolved(
        by="operator", ending=command.ending, reason=command.reason, operator=operator.id, name=operator.name,
        code=command.code,
    )  # fmt: skip
    if not command.note:
        return (end,)
    return (NoteAdded(text=command.note, operator=operator.id, name=operator.name), end)


def extend_wrap_up(state: Conversation, command: c.ExtendWrapUp, circumstances: Circumstances) -> Events:
    """Time that doesn't run needs no more of it."""
    fence(state, command)
    time = state.wrap_up
    if time is None or not time.until:
        return ()
    if time.more == "never" or (time.more == "once" and time.extended):
        raise NotPossible(desk.NO_MORE_TIME())
    more = max(time.until, circumstances.now) + time.seconds * SECOND
    return (WrapUpExtended(by=command.operator, until=0 if time.more == "until_done" else more),)


def cancel_wrap_up(state: Conversation, command: c.CancelWrapUp, circumstances: Circumstances) -> Events:
    fence(state, command)
    return (WrapUpCancelled(by=command.operator),)


def note_macro(state: Conversation, command: c.NoteMacro, circumstances: Circumstances) -> Events:
    return (
        MacroRun(by=command.operator, macro=command.macro, name=command.name, client_id=command.client_id),
    )  # fmt: skip


def fill_form(state: Conversation, command: c.FillForm, circumstances: Circumstances) -> Events:
    return (filled_by(command),)


def filled_by(command: c.FillForm) -> FormFilled:
    return FormFilled(
        by=command.operator, record=command.record, number=command.number, form=command.form, name=command.name,
        purpose=command.purpose, status=command.status, values=command.values, client_id=command.client_id,
    )  # fmt: skip


def move_record(state: Conversation, command: c.MoveRecord, circumstances: Circumstances) -> Events:
    """What is so already is no news."""
    if command.status == command.before:
        return ()
    moved = RecordMoved(
        by=command.operator, record=command.record, number=command.number, before=command.before,
        status=command.status, name=command.name,
    )  # fmt: skip
    return (moved,)


def invite(state: Conversation, command: c.Invite, circumstances: Circumstances) -> Events:
    """Who is there, or asked already, isn't asked again."""
    fence(state, command)
    colleague = command.colleague
    if state.owner is not None and colleague.id == state.owner.id:
        raise Invalid("It is theirs already. Choose a colleague.", field="colleague")
    known = {*(one.operator.id for one in state.participants), *(one.id for one in state.invited)}
    return () if colleague.id in known else (ColleagueInvited(by=command.operator, operator=colleague),)


def decline_invitation(state: Conversation, command: c.DeclineInvitation, circumstances: Circumstances) -> Events:
    invited = any(one.id == command.operator.id for one in state.invited)
    return (ColleagueDeclined(operator=command.operator),) if invited else ()


def promise_callback(state: Conversation, command: c.PromiseCallback, circumstances: Circumstances) -> Events:
    """While somebody has it only they promise for it."""
    owner = state.owner
    if state.status is Status.OPEN and owner is not None and owner.id != command.operator.id:
        raise NotOwner(f"{owner.name} has this conversation. Take it first, or add a note.", owner=owner.name)
    if state.status is Status.SNOOZED and state.callback is None:
        raise NotPossible("This conversation is snoozed. Take it first.", status=state.status)
    _to_come(command.due_at, "due_at", circumstances.now)
    reason: CallbackReason = state.callback.reason if state.callback is not None else "promised"
    return (
        CallbackPromised(
            by="operator", due_at=command.due_at, kind=command.kind, value=command.value, reason=reason,
            operator=command.operator, owner=command.owner, note=command.note,
        ),
    )  # fmt: skip


def try_callback(state: Conversation, command: c.TryCallback, circumstances: Circumstances) -> Events:
    fence(state, command)
    if state.callback is None:
        raise NotPossible(desk.NO_CALLBACK())
    _to_come(command.again_at, "again_at", circumstances.now)
    return (
        CallbackTried(by=command.operator, outcome=command.outcome, again_at=command.again_at, note=command.note),
    )  # fmt: skip


def join(state: Conversation, command: c.Join, circumstances: Circumstances) -> Events:
    if any(one.operator.id == command.operator.id and one.role == command.role for one in state.participants):
        return ()
    if command.invited and all(one.id != command.operator.id for one in state.invited):
        raise NotPossible(desk.NOT_INVITED())
    if len(state.participants) >= MAX_PARTICIPANTS:
        raise NotPossible(f"At most {MAX_PARTICIPANTS} people can join a conversation.")
    return (ParticipantJoined(operator=command.operator, role=command.role),)


def part(state: Conversation, command: c.Part, circumstances: Circumstances) -> Events:
    present = any(p.operator.id == command.operator.id for p in state.participants)
    return (ParticipantLeft(operator=command.operator),) if present else ()


def replay(state: Conversation, command: c.Replay, circumstances: Circumstances) -> Events:
    return (DeliveryReplayed(seq=command.seq, by=command.operator, since=command.since),)


_Fenced = (
    c.StartConsult | c.SendReply | c.Transfer | c.ReturnToBot | c.Snooze | c.Resolve | c.ExtendWrapUp | c.CancelWrapUp | c.Invite | c.TryCallback
)  # fmt: skip


def fence(state: Conversation, command: _Fenced) -> None:
    """Only the owner (or a participant, for a reply), and only while their screen is up to date."""
    allowed = {state.owner.id} if state.owner else set()
    if isinstance(command, c.SendReply):
        allowed |= {p.operator.id for p in state.participants if p.role != "coach"}
    if isinstance(command, c.Resolve) and command.override:
        allowed.add(command.operator.id)
    owner = state.owner.name if state.owner else ""
    if command.operator.id not in allowed:
        raise NotOwner(f"{owner or 'Nobody'} has this conversation. Take it first, or add a note.", owner=owner)
    if command.floor_seq != state.floor_seq:
        raise StaleFloor("The conversation changed hands since. Look at it again, then send.", owner=owner)
