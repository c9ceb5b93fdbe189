"""A business's bot: trained beside the serving process, published in one step, loaded at the next start."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import structlog

from gateway.ports import BotPublisher, BotTrainer, TrainingReport
from gateway.store import bot_versions, directory
from gateway.store.sql import Tx
from gateway.store.store import Store

log = structlog.get_logger(__name__)

CONTENT_SUFFIXES = (".yml", ".yaml")


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept with a published version. ``fingerprint``: of the files that it was trained from."""

    fingerprint: str
    report: TrainingReport


def fingerprint_of(folder: Path) -> str:
    """Changes with any byte of the content's files; cheap, since it doesn't read them as YAML."""
    digest = hashlib.sha256()
    for file in sorted(p for p in folder.rglob("*") if p.suffix in CONTENT_SUFFIXES and p.is_file()):
        digest.update(str(file.relative_to(folder)).encode() + b"\x00")
        digest.update(file.read_bytes())
    return digest.hexdigest()


class Bots:
    """Trains, publishes and loads the bots of all businesses."""

    def __init__(self, store: Store, publisher: BotPublisher, trainer: BotTrainer, *, folder: Path) -> None:
        self._store = store
        self._publisher = publisher
        self._trainer = trainer
        self._folder = folder

    async def load_published(self) -> None:
        """Loads what each business has published; a file that is gone is told, and that business has no bot."""
        businesses = await self._store.read("", lambda tx, now: directory.read_businesses(tx))
        for business in businesses:
            version = await self._store.read(business.id, lambda tx, now: bot_versions.published_bot(tx))
            if version is None:
                continue
            self._publisher.expect(business.id)
            try:
                await self._publisher.load(business.id, self._folder / version.artifact)
            except Exception as error:
                log.error(
                    "bot_not_loaded", business=business.slug, version=version.version, error=str(error),
                    mend="train it again: switchboard business add FOLDER",
                )  # fmt: skip

    def expect(self, business: str) -> None:
        """Its first version is about to be trained: who writes meanwhile is answered then."""
        self._publisher.expect(business)

    async def is_published(self, business: str, content: Path) -> bool:
        """The published version was trained from these very files, and answers: its model is there and could be read."""
        version = await self._store.read(business, lambda tx, now: bot_versions.published_bot(tx))
        if version is None or self._publisher.version(business) != version.version:
            return False
        return msgspec.json.decode(version.report, type=Published).fingerprint == fingerprint_of(content)

    async def train_and_publish(self, business: str, content: Path) -> TrainingReport:
        """Trains the content and makes it answer. Raises what the trainer raises; the old bot stays then."""
        self._publisher.expect(business)
        try:
            return await self._train(business, content)
        except BaseException:
            if self._publisher.version(business) is None:
                self._publisher.unload(business)
            raise

    async def _train(self, business: str, content: Path) -> TrainingReport:
        fingerprint = fingerprint_of(content)
        target = self._folder / f"{business}-{fingerprint[:16]}.bot"
        report = await self._trainer.train(str(content), str(target))
        version = await self._publisher.load(business, target)
        kept = Published(fingerprint=fingerprint, report=msgspec.convert(msgspec.to_builtins(report), TrainingReport))

        def unit(tx: Tx, now: int) -> None:
            bot_versions.publish_bot(
                tx, version=version, artifact=target.name, report=msgspec.json.encode(kept).decode(), now=now
            )

        await self._store.write(business, unit)
        return report
