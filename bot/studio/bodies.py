"""What the studio's API is told and tells. Pure."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from bot.content.changes import AnyChange
from bot.content.errors import Finding
from bot.studio import views
from bot.studio.alike import Alike
from bot.studio.templates import Template
from bot.studio.trainings import Stage
from gateway.faults import Fault

Seen = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Version = Annotated[str, msgspec.Meta(pattern="^[0-9a-zA-Z_-]{0,64}$")]


class TemplateView(Template, frozen=True, kw_only=True):
    id: str


class Templates(msgspec.Struct, frozen=True, kw_only=True):
    templates: tuple[TemplateView, ...]


class TemplateBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    template: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,40}$")]


class BotView(msgspec.Struct, frozen=True, kw_only=True):
    """``version`` is null while none is published; ``report`` is what its training measured. ``training``, ``stage``,
    ``done``: as this node knows it; ``trained``: the version that the last one made; ``problem``: why it failed, in
    English, and ``fault``: the same as a code with its values. ``rasa``: a Rasa server answers customers, not what is
    published here."""

    version: str | None
    report: dict[str, Any]
    training: str = "idle"
    stage: Stage = ""
    done: float = 0.0
    trained: str = ""
    problem: str = ""
    fault: Fault | None = None
    rasa: bool = False


class DraftView(msgspec.Struct, frozen=True, kw_only=True):
    """``revision``: say it with the next change. ``published``: it says what answers now; ``trained``: the version that was
    trained from what it says ("": none); ``undoable``: the last change can be taken back."""

    revision: int
    based_on: str
    changed_by: str
    changed_at: int
    undoable: bool
    published: bool
    trained: str
    overview: views.Overview


class ChangesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``seen``: the revision that was looked at."""

    seen: Seen
    changes: Annotated[tuple[AnyChange, ...], msgspec.Meta(min_length=1, max_length=200)]


class SeenBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    seen: Seen


class SeenQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    seen: Seen


class NameQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class ExportQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``form``: a Rasa project as a ``zip``, or a table of questions and answers as ``csv``. ``version``: "" for the draft."""

    form: Annotated[str, msgspec.Meta(pattern="^(zip|csv)$")] = "zip"
    version: Version = ""


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """The draft after an import, and what of it was left out."""

    draft: DraftView
    left_out: tuple[Finding, ...]


class NearBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    text: Annotated[str, msgspec.Meta(max_length=500)]
    intent: Annotated[str, msgspec.Meta(max_length=100)] = ""


class Near(msgspec.Struct, frozen=True, kw_only=True):
    alike: tuple[Alike, ...]


class SpokenBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    text: Annotated[str, msgspec.Meta(max_length=4_000)]
    language: Annotated[str, msgspec.Meta(max_length=10)]


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """What a call says for a text."""

    spoken: str


class Tests(views.Page, frozen=True, kw_only=True):
    stories: tuple[dict[str, Any], ...]


class VersionLine(msgspec.Struct, frozen=True, kw_only=True):
    """A version in the list. ``number`` is 0 where an older release made it, and then it can't become a draft again."""

    version: str
    number: int
    status: str
    made_by: str
    note: str
    created_at: int
    published_at: int | None
    accuracy: float
    tests_failed: int
    tests: int


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    versions: tuple[VersionLine, ...]


class VersionPage(VersionLine, frozen=True, kw_only=True):
    """``report``: all that its training measured; ``results``: how its test conversations went."""

    report: dict[str, Any]
    results: dict[str, Any] | None


class PublishBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``reason``: why it shall answer although test conversations fail."""

    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


class DiffQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``older`` and ``newer``: versions; "" for the draft."""

    older: Version = ""
    newer: Version = ""
