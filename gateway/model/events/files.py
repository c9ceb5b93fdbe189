"""What became of a file that a provider had when its message was stored."""

from __future__ import annotations

from typing import Literal

from gateway.model.events.base import Attachment, Event

FileProblem = Literal["refused", "too_large", "unavailable"]


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
