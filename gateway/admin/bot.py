"""A business's bot by clicks: what answers now, and templates to begin from."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import structlog

from gateway.admin.bots import Bots
from gateway.admin.writing import actor
from gateway.errors import NotFound, NotPossible, NotTrained
from gateway.faults import Fault, refusals, training
from gateway.http.routes import ADMINISTRATORS, EVERYONE, Call, Route
from gateway.http.texts import Locale
from gateway.store import audit, bot_versions
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.tasks import TaskSet

log = structlog.get_logger(__name__)

PATH = "/api/v1/businesses/{business}/bot"
FILE = "template.toml"


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """Content to begin from, in a folder of its own. ``names`` and ``about`` by language."""

    names: dict[Locale, str]
    about: dict[Locale, str]
    locales: tuple[Locale, ...]


class TemplateView(Template, frozen=True, kw_only=True):
    id: str


class Templates(msgspec.Struct, frozen=True, kw_only=True):
    templates: tuple[TemplateView, ...]


class TemplateBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    template: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,40}$")]


class BotView(msgspec.Struct, frozen=True, kw_only=True):
    """``version`` is null while none is published; ``report`` is what its training measured. ``training``: as this node
    knows it; ``problem``: why the last one failed, in English, and ``fault``: the same as a code with its values."""

    version: str | None
    report: dict[str, Any]
    training: Literal["idle", "running", "failed"] = "idle"
    problem: str = ""
    fault: Fault | None = None


def read_templates(folder: Path) -> dict[str, Template]:
    """All templates of a folder, by the names of their folders."""
    found: dict[str, Template] = {}
    for file in sorted(folder.glob(f"*/{FILE}")):
        found[file.parent.name] = msgspec.convert(tomllib.loads(file.read_text("utf-8")), Template)
    return found


class BotRoutes:
    """The routes of a business's bot. ``folder``: where the templates are."""

    def __init__(self, store: Store, bots: Bots, *, folder: Path) -> None:
        self._store = store
        self._bots = bots
        self._folder = folder
        self._running: set[str] = set()
        self._faults: dict[str, Fault] = {}
        self._tasks = TaskSet("training")

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)

    def routes(self) -> list[Route]:
        tags = ("bot",)
        return [
            Route(method="GET", path=PATH, handler=self.read, summary="The published version of the bot",
                  access=EVERYONE, answer=BotView, tags=tags),
            Route(method="GET", path=PATH + "/templates", handler=self.templates, summary="Content to begin from",
                  access=ADMINISTRATORS, answer=Templates, tags=tags),
            Route(method="POST", path=PATH + "/template", handler=self.begin, status=202, access=ADMINISTRATORS,
                  summary="Train a template, and let it answer", body=TemplateBody, answer=BotView, tags=tags),
        ]  # fmt: skip

    async def read(self, call: Call) -> BotView:
        found = await self._store.read(call.business, lambda tx, now: bot_versions.published_bot(tx))
        fault = self._faults.get(call.business)
        state: Literal["idle", "running", "failed"] = "failed" if fault is not None else "idle"
        if call.business in self._running:
            state = "running"
        report = msgspec.json.decode(found.report) if found is not None else {}
        version = found.version if found is not None else None
        problem = fault.text if fault is not None else ""
        return BotView(version=version, report=report, training=state, problem=problem, fault=fault)

    async def templates(self, call: Call) -> Templates:
        found = read_templates(self._folder)
        views = (
            TemplateView(id=name, names=one.names, about=one.about, locales=one.locales) for name, one in found.items()
        )
        return Templates(templates=tuple(views))

    async def begin(self, call: Call) -> BotView:
        name, business, by = call.body.template, call.business, actor(call.who)
        found = read_templates(self._folder).get(name)
        if found is None:
            raise NotFound("There is no such template.")
        if business in self._running:
            raise NotPossible(refusals.TRAINING())
        self._running.add(business)
        self._faults.pop(business, None)
        self._bots.expect(business)

        def unit(tx: Tx, now: int) -> None:
            audit.note(tx, by, "trained", kind="bot", subject=name, name=found.names.get("en", name), now=now)

        try:
            await self._store.write(business, unit)
        except BaseException:
            self._running.discard(business)
            raise
        self._tasks.start(self._train(business, self._folder / name), name=f"train:{business}")
        return await self.read(call)

    async def _train(self, business: str, content: Path) -> None:
        try:
            await self._bots.train_and_publish(business, content)
        except Exception as error:
            log.error("training_failed", business=business, error=str(error))
            self._faults[business] = _fault_of(error)
        finally:
            self._running.discard(business)


def _fault_of(error: Exception) -> Fault:
    if isinstance(error, NotTrained):
        return error.fault
    return training.FAILED(said=str(error)[:500] or type(error).__name__)
