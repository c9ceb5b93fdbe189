"""What messages say by now: a log's entries with each message as it was last changed. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from gateway.model.events import (
    CustomerEdited,
    CustomerMessage,
    Entry,
    MessageExtended,
    OperatorDeleted,
    OperatorEdited,
    OperatorMessage,
    Transcribed,
)


def as_they_are(entries: Iterable[Entry]) -> list[Entry]:
    """The entries, changed messages with their last words, voice messages with what is said in them, those that were taken back
    left out."""
    found: dict[int, Entry] = {}
    for entry in entries:
        event = entry.event
        match event:
            case CustomerEdited(seq=seq) | OperatorEdited(seq=seq) if seq in found:
                found[seq] = _saying(found[seq], event.text)
            case MessageExtended(seq=seq) if seq in found:
                found[seq] = _longer(found[seq], event)
            case Transcribed(seq=seq) if seq in found and not event.problem:
                found[seq] = _spoken(found[seq], event.text)
            case OperatorDeleted(seq=seq):
                found.pop(seq, None)
            case _:
                found[entry.seq] = entry
    return list(found.values())


def _saying(entry: Entry, text: str) -> Entry:
    event = entry.event
    if isinstance(event, CustomerMessage):
        return replace(entry, event=replace(event, text=text, spans=()))
    return replace(entry, event=replace(event, text=text)) if isinstance(event, OperatorMessage) else entry


def _longer(entry: Entry, more: MessageExtended) -> Entry:
    event = entry.event
    if not isinstance(event, CustomerMessage):
        return entry
    return replace(entry, event=replace(event, text=more.text or event.text, files=(*event.files, *more.files)))


def _spoken(entry: Entry, said: str) -> Entry:
    event = entry.event
    if not isinstance(event, CustomerMessage):
        return entry
    return replace(entry, event=replace(event, text="\n".join(text for text in (event.text, said) if text)))
