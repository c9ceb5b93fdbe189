"""The bot answers a voice message by one, where the inbox wants it: the same words, which stand in the message, too.

The sound is made before the turn is committed and put into the object store; its row is written with the message, so that what
comes of a turn that doesn't count any more is swept.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import structlog
from msgspec.structs import replace

from gateway.dispatcher.listening import spoken_files
from gateway.errors import Refused, SpeechUnavailable
from gateway.files import Files
from gateway.model import commands as c
from gateway.model.events import Endpoint, Entry
from gateway.model.ids import new_id
from gateway.model.markup import read_markup
from gateway.model.rules import Speaker
from gateway.ports import Narrator
from gateway.store import inboxes
from gateway.store.files import StoredFile
from gateway.store.sql import Tx
from gateway.store.store import Clock, Store

log = structlog.get_logger(__name__)

BY = "bot"
LONGEST = 1_200
"""Characters: who wants to hear more than two minutes?"""
BYTES_A_SECOND = 3_000
"""Of one channel of speech, as it is encoded."""


class VoiceAnswers:
    """A ``gateway.dispatcher.turns.Voicing``."""

    def __init__(self, store: Store, files: Files, narrator: Narrator, *, clock: Clock) -> None:
        self._store = store
        self._files = files
        self._narrator = narrator
        self._clock = clock

    async def voiced(
        self, business: str, command: c.FinishTurn, *, inputs: Sequence[Entry], endpoint: Endpoint, locale: str
    ) -> tuple[c.FinishTurn, dict[str, StoredFile]]:
        """A turn's result with its replies said, and the files of that, by id. What can't be said is read."""
        if not inputs or not spoken_files(inputs[-1].event):
            return command, {}
        speakers = await self._store.read(business, lambda tx, now: _speakers(tx, endpoint.inbox, locale))
        if speakers is None:
            return command, {}
        replies: list[c.Reply] = []
        files: dict[str, StoredFile] = {}
        for reply in command.replies:
            said = await self._say(business, reply, locale, speakers)
            if said is not None:
                files[said.id] = said
                spoken = replace(
                    said.attachment, kind="voice", seconds=max(1, round(said.size / BYTES_A_SECOND))
                )  # fmt: skip
                reply = replace(reply, files=(spoken,))
            replies.append(reply)
        return replace(command, replies=tuple(replies)), files

    async def _say(self, business: str, reply: c.Reply, locale: str, speakers: Sequence[Speaker]) -> StoredFile | None:
        text = reply.spoken or read_markup(reply.text).text
        if not text.strip() or len(text) > LONGEST:
            return None
        try:
            sound = await self._narrator.narrate(business, text, locale=locale, speakers=speakers)
            put = await self._files.put(business, _whole(sound), name="voice.ogg")
        except (SpeechUnavailable, Refused) as error:
            log.warning("voice_answer_unsaid", business=business, why=str(error))
            return None
        return put.stored(new_id(self._clock()), by=BY)


def _speakers(tx: Tx, inbox: str, locale: str) -> tuple[Speaker, ...] | None:
    """By which engines; None: the inbox doesn't want it."""
    found = inboxes.find(tx, inbox)
    if found is None or not found.settings.voice_answers:
        return None
    return inboxes.speech(tx, inbox).speakers.get(locale, ())


async def _whole(sound: bytes) -> AsyncIterator[bytes]:
    yield sound
