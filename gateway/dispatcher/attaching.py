"""Files on their way into a message: uploads that it takes, and media that a provider still has."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from gateway.files.names import clean_name
from gateway.model import commands as c
from gateway.model.events import Attachment, Entry
from gateway.model.ids import new_id
from gateway.ports import Inbound, Media
from gateway.store import due, files
from gateway.store.sql import Tx

MEDIA = "media"


class MediaJob(msgspec.Struct, frozen=True, kw_only=True):
    """The payload of a due row ``media``, whose subject is the file's id: where to fetch it, and for which message."""

    conversation: str
    seq: int
    channel: str
    inbox: str
    media: Media


job_decoder = msgspec.json.Decoder(MediaJob)


def visitor(inbox: str, address: str) -> str:
    """Whose an upload of a customer is."""
    return f"visitor:{inbox}:{address}"


def with_files(tx: Tx, command: c.AnyCommand) -> c.AnyCommand:
    """A reply with what is known of the files that it names. Raises ``Invalid`` for what isn't the operator's to send."""
    if not isinstance(command, c.SendReply) or not command.files:
        return command
    names = [file.id for file in command.files]
    return replace(command, files=files.offered(tx, names, by=command.operator.id))


def attachments_of(tx: Tx, item: Inbound, *, now: int) -> tuple[Attachment, ...]:
    """The files of an input: what its sender uploaded, and what their provider has. Raises ``Invalid``."""
    pending = (
        Attachment(
            id=new_id(now),
            name=clean_name(media.name, media.type),
            type=media.type,
            size=media.size,
            pending=True,
            kind=media.kind,
            seconds=media.seconds,
        )
        for media in item.files
    )
    return (*files.offered(tx, item.uploads, by=visitor(item.inbox, item.address)), *pending)


def plan_fetches(tx: Tx, item: Inbound, said: Entry, *, conversation: str, now: int) -> None:
    """Writes a due row for each file of message ``said`` that the provider has."""
    pending = [file for file in getattr(said.event, "files", ()) if file.pending]
    for file, media in zip(pending, item.files, strict=True):
        job = MediaJob(conversation=conversation, seq=said.seq, channel=item.channel, inbox=item.inbox, media=media)
        due.put(tx, MEDIA, file.id, due_at=now, payload=msgspec.json.encode(job).decode())
