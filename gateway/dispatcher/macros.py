"""A macro's actions as the commands that do them."""

from __future__ import annotations

from typing import assert_never

import msgspec

from gateway.dispatcher import recording
from gateway.errors import NotFound, NotOwner, NotPossible, Refused, StaleFloor, TakenBy
from gateway.faults import desk
from gateway.model import commands as c
from gateway.model import macros as m
from gateway.model.state import Conversation
from gateway.store import configuration, contacts, directory
from gateway.store.sql import Tx

MINUTE = 60_000_000


class Kept(msgspec.Struct, frozen=True):
    """As it is set up; ``named``: with its own letters."""

    name: str
    actions: tuple[m.Action, ...] = ()


def commands_of(tx: Tx, state: Conversation, wanted: c.AnyRequest, *, now: int) -> tuple[c.AnyCommand, ...]:
    """What is to be done, in order; first the log says which macro does it. Raises ``NotFound`` for one that is gone, and
    ``StaleFloor`` for a screen that is."""
    if isinstance(wanted, c.SubmitForm):
        return recording.commands_of(tx, wanted, now=now)
    if not isinstance(wanted, c.RunMacro):
        return (wanted,)
    if wanted.floor_seq != state.floor_seq:
        owner = state.owner.name if state.owner else ""
        raise StaleFloor("The conversation changed hands since. Look at it again, then run it.", owner=owner)
    item = configuration.find(tx, "macro", wanted.macro)
    if item is None:
        raise NotFound("This macro was removed meanwhile. Choose another one.")
    macro = msgspec.json.decode(item.body, type=Kept)
    values = _values(tx, state, wanted)
    begin = c.NoteMacro(operator=wanted.operator, macro=item.id, name=macro.name, client_id=wanted.client_id)
    return (begin, *(_command(action, state, wanted, values=values, now=now) for action in macro.actions))


def _values(tx: Tx, state: Conversation, wanted: c.RunMacro) -> dict[str, str]:
    contact, business = contacts.root(tx, state.contact), directory.read_business(tx, tx.business)
    return {
        "customer": contact.name if contact is not None else "",
        "operator": wanted.operator.name,
        "business": business.named(state.locale) if business is not None else "",
    }


def _command(
    action: m.Action, state: Conversation, wanted: c.RunMacro, *, values: dict[str, str], now: int
) -> c.AnyCommand:  # fmt: skip
    operator, floor_seq = wanted.operator, wanted.floor_seq
    match action:
        case m.Say(texts=texts):
            text = m.filled(m.said_in(texts, state.locale), values).strip()
            return c.SendReply(operator=operator, floor_seq=floor_seq, text=text)
        case m.Relabel(add=add, remove=remove):
            return c.SetLabels(operator=operator, add=add, remove=remove)
        case m.SetFact(name=name, value=value):
            return c.SetFacts(operator=operator, facts={name: value})
        case m.AddNote(text=text):
            return c.AddNote(operator=operator, text=text)
        case m.ToTeam(team=team):
            return c.Transfer(operator=operator, floor_seq=floor_seq, team=team)
        case m.PutAside(minutes=minutes):
            return c.Snooze(operator=operator, floor_seq=floor_seq, until=now + minutes * MINUTE)
        case m.End(code=code):
            return c.Resolve(operator=operator, floor_seq=floor_seq, code=code)
        case m.ToBot():
            return c.ReturnToBot(operator=operator, floor_seq=floor_seq)
        case _:
            assert_never(action)


def at_step(refused: Refused, wanted: c.AnyRequest, step: int, name: str) -> Refused:
    """Which action of a macro couldn't be done, and for want of which form. Who has the conversation by now is told as ever."""
    if not isinstance(wanted, c.RunMacro) or isinstance(refused, StaleFloor | NotOwner | TakenBy) or step == 0:
        return refused
    needed = {"form": refused.fields["form"]} if "form" in refused.fields else {}
    return NotPossible(desk.MACRO_STEP(step=step, name=name), why=refused.detail, **needed)
