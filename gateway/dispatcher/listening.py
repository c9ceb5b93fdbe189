"""Voice messages: which files are listened to, which turns wait for what is said in them, and what the customer is told
where nothing can be made of one.

A file that is here gets a due row ``listen`` (``gateway.listening`` works it off); while it has that, or is still with its
provider, it is being listened to. A turn covers what stands before the first message of which that is so; what stands behind
waits, so that each input is answered once and in order.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from gateway.dispatcher.attaching import MEDIA
from gateway.dispatcher.policy import SECOND, Policy
from gateway.model import commands as c
from gateway.model import words
from gateway.model.events import (
    AnyEvent,
    Attachment,
    Button,
    CustomerEdited,
    CustomerMessage,
    Entry,
    FileFailed,
    FileReady,
    MessageExtended,
    Transcribed,
)
from gateway.model.state import Conversation, Floor, Status
from gateway.store import due, log
from gateway.store.log import Draft
from gateway.store.sql import Tx

LISTEN = "listen"
LOOK_AGAIN = 30 * SECOND
"""When a turn that waits looks whether it still must, should nobody tell it."""


class ListenJob(msgspec.Struct, frozen=True, kw_only=True):
    """The payload of a due row ``listen``, whose subject is the file's id."""

    conversation: str
    seq: int
    locale: str


def is_spoken(file: Attachment) -> bool:
    """Whether somebody may be speaking in a file."""
    return file.kind in ("voice", "video_note", "audio") or file.type.startswith("audio/")


def spoken_files(event: AnyEvent) -> tuple[Attachment, ...]:
    """The sounds that a customer's message came with."""
    return tuple(file for file in event.files if is_spoken(file)) if isinstance(event, CustomerMessage) else ()


def is_unheard(event: AnyEvent) -> bool:
    """A message of sounds alone. With what is said in it, as ``as_they_are`` gives it, it is one no more."""
    return isinstance(event, CustomerMessage) and not (event.text or event.choice) and bool(spoken_files(event))


def plan_listening(tx: Tx, draft: Draft, entry: Entry, policy: Policy) -> None:
    """Writes a due row for each sound of a customer's that is here."""
    if not policy.listens:
        return
    match entry.event:
        case CustomerMessage(files=files):
            seq = entry.seq
        case MessageExtended(files=files) | CustomerEdited(files=files):
            seq = entry.event.seq
        case FileReady():
            seq, files = entry.event.seq, (entry.event.file,)
        case _:
            return
    assert draft.state is not None
    for file in files:
        if is_spoken(file) and not file.pending:
            job = ListenJob(conversation=draft.conversation, seq=seq, locale=draft.state.locale)
            due.put(tx, LISTEN, file.id, due_at=draft.now, payload=msgspec.json.encode(job).decode())


def drop_listening(tx: Tx, entries: Iterable[Entry]) -> None:
    """Their words are erased: nobody listens to their sounds any more."""
    for entry in entries:
        event = entry.event
        files = (event.file,) if isinstance(event, FileReady) else getattr(event, "files", ())
        for file in filter(is_spoken, files):
            due.drop(tx, LISTEN, file.id)


def answerable(tx: Tx, inputs: Iterable[Entry]) -> tuple[Entry, ...]:
    """Of a turn's inputs those before the first that is being listened to."""
    found: list[Entry] = []
    for entry in inputs:
        if any(due.exists(tx, kind, file.id) for file in spoken_files(entry.event) for kind in (MEDIA, LISTEN)):
            break
        found.append(entry)
    return tuple(found)


def wake_turn(tx: Tx, draft: Draft, turn: str) -> None:
    """A file has been listened to, or won't come: the turn (due row ``turn``) that waits for it goes on."""
    state = draft.state
    told = any(isinstance(entry.event, Transcribed | FileFailed) for entry in draft.entries)
    if told and state is not None and state.floor is Floor.BOT and state.unanswered:
        due.wake(tx, turn, state.id, due_at=draft.now)


def tell_unheard(tx: Tx, draft: Draft, policy: Policy) -> None:
    """The bot says that it couldn't listen: at once where nothing here listens, else when that has failed."""
    state = draft.state
    if state is None or state.status is not Status.PENDING:
        return
    if policy.listens:
        unheard = any(_came_to_nothing(tx, draft.conversation, entry.event, state) for entry in draft.entries)
        phrase = "voice_not_understood"
    else:
        unheard, phrase = any(is_unheard(entry.event) for entry in draft.entries), "voice_unheard"
    if unheard:
        say = policy.phrases.say
        person = Button(title=say("person_please", state.locale), payload=words.ASK_FOR_PERSON)
        draft.apply(c.Notify(notice="voice", text=say(phrase, state.locale), buttons=(person,)))


def _came_to_nothing(tx: Tx, conversation: str, event: AnyEvent, state: Conversation) -> bool:
    """Whether a message of sounds alone, which still wants an answer, has nothing to be answered by; what is too large was told."""
    if isinstance(event, Transcribed):
        failed = event.problem != ""
    elif isinstance(event, FileFailed):
        failed = event.reason != "too_large"
    else:
        return False
    if not failed or event.seq <= state.answered:
        return False
    return any(is_unheard(entry.event) for entry in log.entries_at(tx, conversation, [event.seq]))
