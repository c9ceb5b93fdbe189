"""A business's draft: what is being taught, changed by one person after another, always whole and readable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from bot.content import Loaded, judge_project
from bot.content.business import stocked
from bot.content.changes import AnyChange, changed_by
from bot.content.definition import Definitions
from bot.content.errors import ContentError
from bot.content.project import Project, read_archive
from bot.studio.forms import definitions
from gateway.errors import Invalid
from gateway.http.changing import conflict
from gateway.store import bot_drafts, bot_versions
from gateway.store.audit import Actor
from gateway.store.sql import Tx
from gateway.store.store import Store

EMPTY = Project({"domain.yml": b'version: "3.1"\n\nintents: []\n'})


@dataclass(frozen=True, slots=True)
class Draft:
    """``revision`` 0: nobody has changed anything yet. ``published``: it says what answers now. ``undoable``: the last
    change can be taken back. ``project`` has with it what it fills of the business's ``forms``, as they are now."""

    project: Project
    revision: int = 0
    based_on: str = ""
    changed_by: str = ""
    changed_at: int = 0
    undoable: bool = False
    published: bool = False
    forms: Definitions = field(default_factory=dict)


class Unfit(Invalid):
    """A change after which the content can't be used."""

    def __init__(self, error: ContentError) -> None:
        super().__init__(str(error), field="changes")
        self.fault = error.fault


class Drafts:
    """The drafts of all businesses. Nobody overwrites what they haven't seen: each change says which revision it saw."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def read(self, business: str) -> Draft:
        """The draft; before the first change, what answers now."""

        def unit(tx: Tx, now: int) -> _Kept:
            published = bot_versions.published_bot(tx)
            version = published.version if published is not None else ""
            source = bot_versions.source_of(tx, version) if version else None
            return _Kept(bot_drafts.find(tx), version, source, definitions(tx))

        return await asyncio.to_thread(_opened, await self._store.read(business, unit))

    async def change(self, business: str, changes: Sequence[AnyChange], *, seen: int, by: Actor) -> Draft:
        """The draft after the changes, all of them or none. Raises ``Unfit``, ``Conflict``."""

        def edit(project: Project) -> Project:
            for change in changes:
                project = changed_by(project, change)
            return project

        return await self.edit(business, edit, seen=seen, by=by)

    async def edit(self, business: str, edit: Callable[[Project], Project], *, seen: int, by: Actor) -> Draft:
        """As ``change``, by any function of the project; it runs in a thread."""
        draft = await self.read(business)
        if draft.revision != seen:
            raise conflict(draft.changed_by, draft.revision)
        try:
            project = await asyncio.to_thread(_edited, draft, edit)
        except ContentError as error:
            raise Unfit(error) from error
        if project != draft.project:
            await self._keep(business, project, draft=draft, by=by)
        return await self.read(business)

    async def undo(self, business: str, *, seen: int, by: Actor) -> Draft:
        """Takes the last change back; once more, and it is there again. Raises ``Conflict``, ``Invalid``."""
        stored = await self._store.read(business, lambda tx, now: bot_drafts.find(tx))
        if stored is None or stored.before is None:
            raise Invalid("There is nothing to take back.", field="seen")
        before = (await asyncio.to_thread(read_archive, stored.before))[0]
        return await self.edit(business, lambda project: before, seen=seen, by=by)

    async def drop(self, business: str, *, seen: int) -> Draft:
        """Forgets all changes since what answers now. Raises ``Conflict``."""
        if not await self._store.write(business, lambda tx, now: bot_drafts.drop(tx, seen=seen)) and seen:
            draft = await self.read(business)
            raise conflict(draft.changed_by, draft.revision)
        return await self.read(business)

    async def _keep(self, business: str, project: Project, *, draft: Draft, by: Actor) -> None:
        source, before = await asyncio.to_thread(lambda: (project.archive(), draft.project.archive()))

        def unit(tx: Tx, now: int) -> bool:
            return bot_drafts.put(
                tx, seen=draft.revision, source=source, before=before, based_on=draft.based_on, by=by.name, now=now
            )

        if not await self._store.write(business, unit, key=f"bot draft {business}"):
            now = await self.read(business)
            raise conflict(now.changed_by, now.revision)


class _Kept(NamedTuple):
    """What the database has of a draft. ``source``: of the ``version`` that answers now."""

    stored: bot_drafts.StoredDraft | None
    version: str
    source: bytes | None
    forms: Definitions


def _opened(kept: _Kept) -> Draft:
    answers = read_archive(kept.source)[0] if kept.source else None
    stored, forms = kept.stored, kept.forms
    project = stocked(read_archive(stored.source)[0] if stored is not None else answers or EMPTY, forms)
    published = answers is not None and answers.digest == project.digest
    if stored is None:
        return Draft(project=project, based_on=kept.version, published=published, forms=forms)
    return Draft(
        project=project, revision=stored.revision, based_on=stored.based_on, changed_by=stored.changed_by,
        changed_at=stored.changed_at, undoable=stored.before is not None, published=published, forms=forms,
    )  # fmt: skip


def _edited(draft: Draft, edit: Callable[[Project], Project]) -> Project:
    after = stocked(edit(draft.project), draft.forms)
    read_project(after)
    return after


@lru_cache(maxsize=8)
def _judged(digest: str, project: _Held) -> Loaded:
    return judge_project(project.project)


class _Held:
    """A project as a cache's key: all are equal, the digest beside it tells them apart."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


def read_project(project: Project) -> Loaded:
    """The project's content, judged; remembered for a while. Raises ``ContentError``."""
    return _judged(project.digest, _Held(project))
