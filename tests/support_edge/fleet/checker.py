"""The checker: what must hold of a run, however its nodes died. A pure function of what was seen and of what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from gateway.model.events import BotMessage, BotTurn, CustomerMessage, Entry, OperatorMessage
from gateway.model.fold import fold_all
from gateway.model.state import Conversation, Floor, Status
from gateway.model.visible import Audience, visible_entry
from gateway.store.ledger import Request
from tests.support_edge.checks import inputs
from tests.support_edge.correspondents import SAID, answered_in
from tests.support_edge.fleet.record import Chat, Page, Record, Stored

Rule = Literal[
    "lost",  # acknowledged, and not stored
    "misplaced",  # stored elsewhere than the acknowledgement said
    "doubled",  # stored more than once
    "disordered",  # stored in another order than it came
    "gap",  # the log is no log: numbers are missing, or its fold isn't the stored state
    "uncovered",  # an input that no turn covers
    "covered_twice",  # an input that several turns cover
    "unsaid",  # a turn whose replies aren't there once each
    "unheard",  # a turn covers an input that its reply doesn't answer, or answers one that it doesn't cover
    "unended",  # a request without an ending that nobody has
    "unwritten",  # a conversation whose request isn't in the ledger
    "page",  # a page shows something else than the log
    "unsent",  # the chat lacks what the log says, or has it in another order
    "sent_twice",  # the chat has something more often than it was tried
]


class Finding(NamedTuple):
    rule: Rule
    what: str


def check(record: Record, stored: Stored) -> None:
    """Raises ``AssertionError`` with every finding."""
    found = findings(record, stored)
    assert not found, f"{len(found)} findings:\n" + "\n".join(f"{one.rule}: {one.what}" for one in found[:40])


def findings(record: Record, stored: Stored) -> list[Finding]:
    found = [*_check_inputs(record, stored), *_check_told(record, stored)]
    for name, log in stored.logs.items():
        found += _check_log(name, log, stored.states.get(name))
        found += _check_turns(name, log, stored.states.get(name))
        found += _check_ledger(name, stored)
    for page in record.pages:
        found += _check_page(page, stored)
    found += _check_chats(record, stored)
    return found


def _said(stored: Stored) -> dict[str, list[tuple[str, int]]]:
    """Where each text of a customer's stands."""
    places: dict[str, list[tuple[str, int]]] = {}
    for name, log in stored.logs.items():
        for entry in log:
            if isinstance(entry.event, CustomerMessage):
                places.setdefault(entry.event.text, []).append((name, entry.seq))
    return places


def _check_inputs(record: Record, stored: Stored) -> Iterator[Finding]:
    places = _said(stored)
    latest: dict[str, tuple[int, str]] = {}
    for one in record.inputs:
        found = places.get(one.text, [])
        if len(found) > 1:
            yield Finding("doubled", f"{one.text!r} stands at {found}")
        if one.acknowledged and not found:
            yield Finding("lost", f"{one.text!r} of {one.writer}, acknowledged as {one.place or 'taken'}")
        if one.place is not None and found and one.place not in found:
            yield Finding("misplaced", f"{one.text!r} was acknowledged as {one.place} and stands at {found}")
        if not found or one.put_off:
            continue
        name, seq = found[0]
        before = latest.get(f"{one.writer}/{name}")
        if before is not None and before[0] > seq:
            yield Finding("disordered", f"{one.text!r} is {seq}, behind which it came: {before[1]!r} is {before[0]}")
        latest[f"{one.writer}/{name}"] = (seq, one.text)
    known = {one.text for one in record.inputs}
    for text in places.keys() - known:
        yield Finding("misplaced", f"nobody said {text!r}")
    yield from _check_homes(record, places)


def _check_homes(record: Record, places: dict[str, list[tuple[str, int]]]) -> Iterator[Finding]:
    """Who writes has one conversation, and it is theirs alone."""
    homes: dict[str, set[str]] = {}
    for one in record.inputs:
        homes.setdefault(one.writer, set()).update(name for name, _ in places.get(one.text, ()))
    for writer, names in homes.items():
        if len(names) > 1:
            yield Finding("doubled", f"{writer} has {len(names)} conversations: {sorted(names)}")
    for name, owners in Counter(name for names in homes.values() for name in names).items():
        if owners > 1:
            yield Finding("misplaced", f"{owners} people write in {name}")


def _check_told(record: Record, stored: Stored) -> Iterator[Finding]:
    for one in record.told:
        said = [
            entry.seq
            for entry in stored.logs.get(one.conversation, ())
            if isinstance(entry.event, OperatorMessage) and entry.event.text == one.text
        ]
        if not said:
            yield Finding("lost", f"the answer {one.text!r}, acknowledged as {one.seq} of {one.conversation}")
        elif len(said) > 1:
            yield Finding("doubled", f"the answer {one.text!r} stands at {said}")
        elif said != [one.seq]:
            yield Finding("misplaced", f"the answer {one.text!r} was acknowledged as {one.seq} and is {said}")


def _check_log(name: str, log: Sequence[Entry], state: Conversation | None) -> Iterator[Finding]:
    seqs = [entry.seq for entry in log]
    if seqs != list(range(1, len(log) + 1)):
        yield Finding("gap", f"{name} has {seqs}")
        return
    if len({entry.id for entry in log}) != len(log):
        yield Finding("gap", f"{name} has entries with the same id")
    if fold_all(log, conversation=name) != state:
        yield Finding("gap", f"{name}: its fold isn't the stored state")


def _check_turns(name: str, log: Sequence[Entry], state: Conversation | None) -> Iterator[Finding]:
    """Each input is covered by one turn, or answered by people, or theirs to answer."""
    turns = [entry.event for entry in log if isinstance(entry.event, BotTurn)]
    people = [entry.seq for entry in log if isinstance(entry.event, OperatorMessage)]
    covered = Counter(seq for turn in turns for seq in inputs(log) if turn.answered < seq <= turn.upto)
    for seq in inputs(log):
        if not covered[seq] and not _is_peoples(seq, people, state):
            yield Finding("uncovered", f"{seq} of {name}")
        elif covered[seq] > 1:
            yield Finding("covered_twice", f"{seq} of {name}, by {covered[seq]} turns")
    said = Counter(entry.event.turn for entry in log if isinstance(entry.event, BotMessage))
    answered = Counter(turn.upto for turn in turns)
    if said != answered and set(answered.values()) <= {1}:
        yield Finding("unsaid", f"{name}: turns {sorted(answered)}, replies {sorted(said.elements())}")
    for turn in turns:
        yield from _check_reply(name, log, turn)


def _check_reply(name: str, log: Sequence[Entry], turn: BotTurn) -> Iterator[Finding]:
    """The scripted bot names what it was asked, other engines don't: that is what its turn covers, in that order."""
    asked = [e.event.text for e in log if isinstance(e.event, CustomerMessage) and turn.answered < e.seq <= turn.upto]
    for entry in log:
        reply = entry.event
        if isinstance(reply, BotMessage) and reply.turn == turn.upto and reply.text.startswith(SAID):
            told = answered_in(reply.text)
            if told != asked:
                yield Finding("unheard", f"{name}: {entry.seq} answers {told}, its turn covers {asked}")


def _is_peoples(seq: int, people: Sequence[int], state: Conversation | None) -> bool:
    return any(answer > seq for answer in people) or (state is not None and state.floor is Floor.PEOPLE)


def _check_ledger(name: str, stored: Stored) -> Iterator[Finding]:
    requests, state = stored.requests.get(name, ()), stored.states.get(name)
    if not requests or state is None:
        yield Finding("unwritten", name)
        return
    *before, last = requests
    if state.request != last.opened_seq:
        yield Finding("unwritten", f"{name}: the request of {state.request}")
    for one in before:
        if not one.ending:
            yield Finding("unended", f"{name}: the request of {one.opened_seq}, though another one came")
    if not _has_an_end_or_somebody(last, state, held=name in stored.held):
        yield Finding("unended", f"{name}: the request of {last.opened_seq}, {state.status}")


def _has_an_end_or_somebody(request: Request, state: Conversation, *, held: bool) -> bool:
    match state.status:
        case Status.RESOLVED:
            return bool(request.ending) and request.ended_at is not None
        case Status.OPEN | Status.WRAP_UP:
            return not request.ending and state.owner is not None
        case Status.QUEUED:
            return not request.ending and state.waiting_since is not None
        case _:
            return not request.ending and held


def _check_page(page: Page, stored: Stored) -> Iterator[Finding]:
    shown = (visible_entry(entry, Audience.CUSTOMER) for entry in stored.logs.get(page.conversation, ()))
    log = [msgspec.json.decode(msgspec.json.encode(entry)) for entry in shown if entry is not None]
    if list(page.entries) != log:
        theirs = [entry["seq"] for entry in page.entries]
        yield Finding("page", f"{page.writer} sees {theirs}, the log says {[entry['seq'] for entry in log]}")


def _check_chats(record: Record, stored: Stored) -> Iterator[Finding]:
    homes = {one.writer: name for one in record.inputs for name, _ in _said(stored).get(one.text, ())[:1]}
    attempts = {(push.conversation, push.seq): push.attempts for push in stored.pushes}
    unexplained: list[str] = []
    for chat in record.chats:
        name = homes.get(chat.writer, "")
        said = [entry for entry in stored.logs.get(name, ()) if isinstance(entry.event, BotMessage)]
        yield from _check_chat(chat, said)
        seen = Counter(chat.texts)
        for entry in said:
            assert isinstance(entry.event, BotMessage)
            copies, tried = seen[entry.event.text], max(1, attempts.get((name, entry.seq), 0))
            if copies > tried:
                unexplained.append(f"{entry.event.text!r}, {copies} times, tried {tried} times")
    if len(unexplained) > record.ambiguous:
        yield Finding("sent_twice", f"{record.ambiguous} may be, these are: {unexplained}")


def _check_chat(chat: Chat, said: Sequence[Entry]) -> Iterator[Finding]:
    texts = [entry.event.text for entry in said if isinstance(entry.event, BotMessage)]
    if list(dict.fromkeys(chat.texts)) != list(dict.fromkeys(texts)):
        yield Finding("unsent", f"{chat.writer} sees {list(chat.texts)}, the log says {texts}")
