"""Forms that operators and the bot fill in: judged by their definition, numbered, kept as records, in the transaction of their event."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from gateway.errors import Invalid, NotFound, NotPossible, Refused
from gateway.faults import forms as faults
from gateway.model import commands as c
from gateway.model import forms
from gateway.model.events import Entry, FormFilled, Person, RecordMoved
from gateway.model.ids import new_id
from gateway.model.macros import filled
from gateway.model.state import Conversation
from gateway.ports import Phrases
from gateway.store import configuration, directory, records
from gateway.store.sql import Tx

FORM, CODE = "form", "wrap_up_code"
"""The kinds of configuration."""


class Kept(msgspec.Struct, frozen=True):
    """A form as it is set up; ``statuses``: of its records, the first is that of a new one."""

    name: str
    steps: tuple[forms.Step, ...]
    purpose: forms.Purpose = "ticket"
    prefix: str = "REC"
    statuses: tuple[str, ...] = ()
    told: str = ""
    active: bool = True


class _Code(msgspec.Struct, frozen=True):
    form: str = ""


def questions_of(tx: Tx, form: str) -> tuple[forms.Field, ...]:
    """What a form asks by now; nothing where it is gone."""
    item = configuration.find(tx, FORM, form) if form else None
    steps = msgspec.json.decode(item.body, type=Kept).steps if item is not None else ()
    return tuple(one for step in steps for one in step.fields)


def commands_of(tx: Tx, wanted: c.SubmitForm, *, now: int) -> tuple[c.AnyCommand, ...]:
    """What a filled form does, in order. Draws its number. Raises ``Invalid`` with the question's name, ``NotFound`` for a form that
    is gone, ``NotPossible`` for one that was changed."""
    item = configuration.find(tx, FORM, wanted.form)
    if item is None:
        raise NotFound(faults.REMOVED())
    if item.version != wanted.version:
        raise NotPossible(faults.CHANGED())
    form = msgspec.json.decode(item.body, type=Kept)
    kept = forms.judge(form.steps, wanted.answers)
    fill = _fill(tx, item, form, kept, by=wanted.operator, now=now)
    fill = replace(fill, client_id=wanted.client_id)
    facts = forms.facts_of(form.steps, kept)
    told = _told(form, fill.number) if wanted.tell else ""
    return (
        fill,
        *((c.SetFacts(operator=wanted.operator, facts=facts),) if facts else ()),
        *((c.SendReply(operator=wanted.operator, floor_seq=wanted.floor_seq, text=told),) if told else ()),
    )


def _fill(
    tx: Tx, item: configuration.Item, form: Kept, kept: dict[str, str], *, by: Person, now: int
) -> c.FillForm:  # fmt: skip
    """Draws its number."""
    return c.FillForm(
        operator=by, record=new_id(now), number=records.next_number(tx, form.prefix), form=item.id, name=form.name,
        purpose=form.purpose, status=form.statuses[0] if form.statuses else "", values=kept,
    )  # fmt: skip


def _told(form: Kept, number: str) -> str:
    return filled(form.told, {"number": number, "form": form.name}).strip()


def with_records(tx: Tx, turn: c.FinishTurn, phrases: Phrases, *, now: int) -> c.FinishTurn:
    """A turn of the bot, which must be valid, with the records of what it filled in. A form that doesn't take the answers as it
    is set up by now makes no record: people take over, and the answers are facts."""
    business = directory.read_business(tx, tx.business)
    by = Person(id="", name=phrases.say("bot", business.locales[0] if business is not None else "en"))
    told: list[c.Reply] = []
    for one in turn.answered_forms:
        try:
            item, form, kept = _judged(tx, one)
        except (NotFound, NotPossible) as refused:
            turn = _handed(turn, one, refused)
            break
        fill = _fill(tx, item, form, kept, by=by, now=now)
        facts = {**turn.facts, **forms.facts_of(form.steps, kept)}
        turn = replace(turn, records=(*turn.records, fill), facts=facts)
        told += [c.Reply(text=text)] if (text := _told(form, fill.number)) else []
    return replace(turn, replies=(*turn.replies, *told))


def _judged(tx: Tx, one: c.Answered) -> tuple[configuration.Item, Kept, dict[str, str]]:
    """The form as it is by now, and the answers as it keeps them. Raises ``NotFound``, and ``NotPossible`` with the question, as a
    ``field``, whose answer it doesn't take or doesn't ask for."""
    item = configuration.find(tx, FORM, one.form) if one.form else None
    item = item or configuration.named(tx, FORM, one.name.casefold())
    form = msgspec.json.decode(item.body, type=Kept) if item is not None else None
    if item is None or form is None or not form.active:
        raise NotFound(faults.REMOVED())
    try:
        kept = forms.judge(form.steps, one.answers)
    except Invalid as unfit:
        labels = {asked.name: asked.label for step in form.steps for asked in step.fields}
        raise NotPossible(faults.CHANGED(), field=labels.get(str(unfit.fields["field"]), "")) from unfit
    lost = next((name for name in one.answers if name not in kept), "")
    if lost:
        raise NotPossible(faults.CHANGED(), field=lost)
    return item, form, kept


def _handed(turn: c.FinishTurn, one: c.Answered, refused: Refused) -> c.FinishTurn:
    """To people, without what was said as if all were done."""
    question = refused.fields.get("field", "")
    return replace(
        turn, outcome="handoff", replies=turn.replies[: one.said], handoff="bot_decided", cause="form_changed",
        why=f"{one.name}: {question}" if question else one.name, facts={**turn.facts, **one.answers}, memory=None,
    )  # fmt: skip


def with_record(tx: Tx, conversation: str, command: c.AnyCommand) -> c.AnyCommand:
    """The record that is to be moved, as it is kept. Raises ``NotFound``, ``Invalid`` for a status that its form doesn't have, and
    ``NotPossible`` where the screen is behind."""
    if not isinstance(command, c.MoveRecord):
        return command
    record = records.find(tx, command.record)
    if record is None or record.conversation != conversation:
        raise NotFound(faults.NO_RECORD())
    if record.status != command.before:
        raise NotPossible(faults.STATUS_CHANGED(status=record.status), status=record.status)
    item = configuration.find(tx, FORM, record.form_id)
    known = msgspec.json.decode(item.body, type=Kept).statuses if item is not None else ()
    if command.status not in known:
        raise Invalid(faults.NO_STATUS(), field="status")
    return replace(command, number=record.number, name=record.form)


def has_its_form(tx: Tx, conversation: str, command: c.AnyCommand) -> None:
    """Raises ``NotPossible`` for an end by a code whose form wasn't filled in; ``form``: its id."""
    if not isinstance(command, c.Resolve) or not command.code:
        return
    code = configuration.named(tx, CODE, command.code.casefold())
    needed = msgspec.json.decode(code.body, type=_Code).form if code is not None else ""
    item = configuration.find(tx, FORM, needed) if needed else None
    if item is not None and not records.has(tx, conversation, item.id):
        name = msgspec.json.decode(item.body, type=Kept).name
        raise NotPossible(faults.NEEDED(name=name), form=item.id)


def keep(tx: Tx, state: Conversation, entry: Entry) -> None:
    """Writes what an event says into the records, in its transaction."""
    match entry.event:
        case FormFilled() as said:
            values = tuple(
                records.Value(name=one.name, label=one.label, kind=one.kind, value=said.values[one.name])
                for one in questions_of(tx, said.form)
                if one.name in said.values
            )
            record = records.Record(
                said.record, said.number, said.form, said.name, said.purpose, said.status, state.id, state.contact,
                values, entry.at, said.by.id, said.by.name, "",
            )  # fmt: skip
            records.add(tx, record, seq=entry.seq)
        case RecordMoved() as said:
            records.move(
                tx, said.record, said.by, before=said.before, status=said.status, seq=entry.seq, now=entry.at
            )  # fmt: skip
        case _:
            pass
