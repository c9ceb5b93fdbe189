"""A business's bot: trained beside the serving process, published in one step, loaded on every node."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

import msgspec
import structlog

from bot.content.business import FILE as FORMS
from bot.content.business import stocked
from bot.content.project import Project, read_archive, read_folder
from bot.studio.forms import definitions
from bot.studio.models import Models
from gateway.errors import NotFound, NotPossible
from gateway.faults import refusals
from gateway.ports import BotPublisher, BotTrainer, Progress, TrainingReport
from gateway.store import audit, bot_versions
from gateway.store.audit import Actor
from gateway.store.bot_versions import BotVersion, PublishedBot
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.tasks import TaskSet

log = structlog.get_logger(__name__)

CONTENT_SUFFIXES = (".yml", ".yaml")
LOOK_EVERY = 10.0
"""Seconds after which a node sees what another one published."""
NOBODY = Actor("", "")


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept with a version. ``fingerprint``: of the files that it was trained from; ``tests``: how its test
    conversations went."""

    fingerprint: str
    report: dict[str, Any]
    tests: dict[str, Any] | None = None


def fingerprint_of(folder: Path) -> str:
    """Changes with any byte of the content's files; cheap, since it doesn't read them as YAML."""
    digest = hashlib.sha256()
    for file in sorted(p for p in folder.rglob("*") if _is_content(p) and p.is_file()):
        digest.update(str(file.relative_to(folder)).encode() + b"\x00")
        digest.update(file.read_bytes())
    return digest.hexdigest()


def fingerprint_of_project(project: Project) -> str:
    """As ``fingerprint_of`` a folder that holds these files."""
    digest = hashlib.sha256()
    for name in sorted((name for name in project.files if _is_content(PurePosixPath(name))), key=PurePosixPath):
        digest.update(name.encode() + b"\x00")
        digest.update(project.files[name])
    return digest.hexdigest()


def _is_content(path: PurePath) -> bool:
    return path.suffix in CONTENT_SUFFIXES or path.name == FORMS


class Bots:
    """Trains, publishes and loads the bots of all businesses."""

    def __init__(
        self, store: Store, publisher: BotPublisher, trainer: BotTrainer, *, models: Models, templates: Path | None = None
    ) -> None:  # fmt: skip
        """``templates``: folders of content that came with this release or an older one."""
        self._templates = templates
        self._store = store
        self._publisher = publisher
        self._trainer = trainer
        self._models = models
        self._broken: dict[str, str] = {}
        self._tasks = TaskSet("bots")

    async def load_published(self) -> None:
        """Loads what each business has published and this node doesn't have yet; a file that can't be read is told once,
        and the version before goes on answering."""
        for found in await self._store.read("", lambda tx, now: bot_versions.all_published(tx)):
            if self._publisher.version(found.business) == found.version or self._broken.get(found.business) == found.version:  # fmt: skip
                continue
            self._publisher.expect(found.business)
            try:
                await self._publisher.load(found.business, await self._models.find(found.artifact))
            except Exception as error:
                self._broken[found.business] = found.version
                log.warning("bot_not_loaded", business=found.business, version=found.version, error=str(error))
                self._tasks.start(self._train_again(found), name=f"train_again:{found.business}")

    async def _train_again(self, found: PublishedBot) -> None:
        """A file that this release can't read (an older one wrote it, or it is gone) is made anew from what it was made
        from; until then people answer."""
        try:
            project = await self._made_from(found)
            if project is None:
                self._publisher.unload(found.business)
                log.error("bot_lost", business=found.business, mend="train it again: switchboard business add FOLDER")
                return
            version, _ = await self.train(found.business, project)
            await self.publish(found.business, version.version)
            log.info("bot_trained_again", business=found.business, version=version.version)
        except Exception as error:
            self._publisher.unload(found.business)
            log.error("bot_not_trained_again", business=found.business, error=str(error))

    async def _made_from(self, found: PublishedBot) -> Project | None:
        """The version's own source, or the template that it was trained from by a release that kept no sources."""

        def unit(tx: Tx, now: int) -> tuple[BotVersion | None, bytes | None]:
            return bot_versions.find_version(tx, found.version), bot_versions.source_of(tx, found.version)

        version, source = await self._store.read(found.business, unit)
        if source is not None:
            return (await asyncio.to_thread(read_archive, source))[0]
        if version is None or self._templates is None:
            return None
        fingerprint = msgspec.json.decode(version.report, type=Published).fingerprint
        for folder in sorted(self._templates.glob("*/")):
            if await asyncio.to_thread(fingerprint_of, folder) == fingerprint:
                return (await asyncio.to_thread(read_folder, folder))[0]
        return None

    def start(self) -> None:
        """Keeps up with what other nodes publish."""
        self._tasks.start(self._keep_up(), name="keep_up")

    async def _keep_up(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.load_published()
            except Exception as error:
                log.warning("bots_not_looked_up", error=str(error))

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)

    def expect(self, business: str) -> None:
        """Its first version is about to be trained: who writes meanwhile is answered then."""
        self._publisher.expect(business)

    async def is_published(self, business: str, content: Path) -> bool:
        """The published version was trained from these very files, and answers: its model is there and could be read."""
        version = await self._store.read(business, lambda tx, now: bot_versions.published_bot(tx))
        if version is None or self._publisher.version(business) != version.version:
            return False
        project = await self._stocked(business, (await asyncio.to_thread(read_folder, content))[0])
        return msgspec.json.decode(version.report, type=Published).fingerprint == fingerprint_of_project(project)

    async def _stocked(self, business: str, project: Project) -> Project:
        known = await self._store.read(business, lambda tx, now: definitions(tx))
        return await asyncio.to_thread(stocked, project, known)

    async def train(
        self, business: str, project: Project, *, by: Actor = NOBODY, progress: Progress | None = None
    ) -> tuple[BotVersion, TrainingReport]:
        """Trains the project, with the business's forms as they are now, and keeps it as a version that can be published. Raises
        what the trainer raises."""
        project = await self._stocked(business, project)
        with tempfile.TemporaryDirectory(prefix="switchboard-train-") as made:
            folder = Path(made)
            await asyncio.to_thread(project.write, folder)
            fingerprint = await asyncio.to_thread(fingerprint_of, folder)
            name = f"{business}-{fingerprint[:16]}.bot"
            report = await self._trainer.train(str(folder), str(self._models.folder / name), progress=progress)
        await self._models.share(name)
        details: dict[str, Any] = msgspec.to_builtins(report)
        kept = Published(fingerprint=fingerprint, report=details, tests=details.pop("tests", None))
        source = await asyncio.to_thread(project.archive)

        def unit(tx: Tx, now: int) -> BotVersion:
            return bot_versions.keep_trained(
                tx, version=report.version, artifact=name, report=msgspec.json.encode(kept).decode(), source=source,
                made_by=by.name, now=now,
            )  # fmt: skip

        return await self._store.write(business, unit), report

    async def publish(self, business: str, version: str, *, by: Actor = NOBODY, note: str = "") -> BotVersion:
        """Makes a trained version answer: here now, on other nodes shortly. No message waits for it: the one before
        answers until it is loaded. Raises ``NotFound`` where there is no such version, or its model is gone."""
        found = await self._store.read(business, lambda tx, now: bot_versions.find_version(tx, version))
        if found is None:
            raise NotFound("There is no such version of this bot.")
        path = await self._models.find(found.artifact)
        await self._publisher.load(business, path)

        def unit(tx: Tx, now: int) -> BotVersion | None:
            bot_versions.publish_bot(tx, version, note=note, now=now)
            if by is not NOBODY:
                audit.note(
                    tx, by, "published", kind="bot", subject=version, name=str(found.number or version), now=now,
                    changes={"note": ("", note)} if note else None,
                )  # fmt: skip
            return bot_versions.find_version(tx, version)

        self._broken.pop(business, None)
        return await self._store.write(business, unit) or found

    async def train_and_publish(
        self, business: str, content: Path, *, by: Actor = NOBODY, progress: Progress | None = None
    ) -> TrainingReport:
        """Trains the folder's content and makes it answer. Raises what the trainer raises; the old bot stays then."""
        self._publisher.expect(business)
        try:
            project, _ = await asyncio.to_thread(read_folder, content)
            version, report = await self.train(business, project, by=by, progress=progress)
            await self.publish(business, version.version, by=by)
            return report
        except BaseException:
            if self._publisher.version(business) is None:
                self._publisher.unload(business)
            raise

    async def source(self, business: str, version: str) -> Project:
        """What the version was made from. Raises ``NotFound``; ``NotPossible`` where an older release didn't keep it."""

        def unit(tx: Tx, now: int) -> tuple[BotVersion | None, bytes | None]:
            return bot_versions.find_version(tx, version), bot_versions.source_of(tx, version)

        found, body = await self._store.read(business, unit)
        if found is None:
            raise NotFound("There is no such version of this bot.")
        if body is None:
            raise NotPossible(refusals.NO_SOURCE())
        return (await asyncio.to_thread(read_archive, body))[0]

    async def model(self, version: BotVersion) -> Path:
        """The version's trained file. Raises ``NotFound``."""
        return await self._models.find(version.artifact)
