"""What became of a file that a provider had when its message was stored."""

from __future__ import annotations

from typing import Literal

from gateway.model.events.base import Attachment, Event

FileProblem = Literal["refused", "too_large", "unavailable"]
SpeechProblem = Literal["", "unsure", "nothing_said", "too_long", "unreadable", "unavailable"]
"""Why the words of a sound can't be gone by: the recognizer isn't sure of them; there are none; it lasts too long; it is no
sound that can be read; nothing here understands it, or not after several tries."""


class FileReady(Event, frozen=True, tag="file_ready"):
    """The file of message ``seq`` is here; ``file`` says what is known of it now."""

    seq: int
    file: Attachment


class FileFailed(Event, frozen=True, tag="file_failed"):
    """The file ``file`` of message ``seq`` will not come.

    ``refused``: the provider won't give it; ``too_large``: for this server; ``unavailable``: after many tries.
    """

    seq: int
    file: str
    reason: FileProblem


class Transcribed(Event, frozen=True, tag="transcribed"):
    """What is said in the file ``file`` of the customer's message ``seq``. The bot goes by ``text`` where there is no ``problem``;
    people read it. ``language``: in which it was understood; ``confidence``: 0 to 1."""

    seq: int
    file: str
    text: str = ""
    language: str = ""
    confidence: float = 1.0
    problem: SpeechProblem = ""
