"""The studio's API: the draft, its training, its versions, and a talk with any of them."""

from __future__ import annotations

import asyncio
import datetime as dt
import zoneinfo
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from bot.content import judge_content
from bot.content.changes import changed_by
from bot.content.errors import Finding
from bot.content.project import Project, read_archive, text_of
from bot.content.table import read_table, write_table
from bot.rasa.engine import RasaEngine
from bot.studio import views
from bot.studio.alike import alike
from bot.studio.bodies import (
    BotView,
    Brought,
    ChangesBody,
    DiffQuery,
    DraftView,
    ExportQuery,
    NameQuery,
    Near,
    NearBody,
    PublishBody,
    SeenBody,
    SeenQuery,
    Spoken,
    SpokenBody,
    TemplateBody,
    Templates,
    TemplateView,
    Tests,
    VersionLine,
    VersionPage,
    Versions,
)
from bot.studio.bots import Bots, Published, fingerprint_of_project
from bot.studio.differences import Difference, difference
from bot.studio.drafts import Draft, Drafts, read_project
from bot.studio.templates import read_templates
from bot.studio.trainings import Training, Trainings
from bot.studio.trying import Trials, Tried, TryBody
from gateway.errors import Invalid, NotFound, NotPossible, TooLarge
from gateway.faults import refusals
from gateway.http.changing import actor, tell_changed
from gateway.http.routes import ADMINISTRATORS, EVERYONE, SUPERVISORS, Call, Route
from gateway.ports import Progress
from gateway.store import audit, bot_versions, directory, sounds
from gateway.store.bot_versions import BotVersion
from gateway.store.sql import Tx
from gateway.store.store import Store

PATH = "/api/v1/businesses/{business}/bot"
MAX_IMPORT = 12 * 1024 * 1024
P = TypeVar("P", bound=views.Page)


class StudioRoutes:
    """The routes of a business's bot. ``folder``: where the templates are; ``rasa``: who answers for the businesses that have
    servers of it."""

    def __init__(self, store: Store, bots: Bots, rasa: RasaEngine, *, folder: Path, trials: Trials) -> None:
        self._store = store
        self._bots = bots
        self._rasa = rasa
        self._drafts = Drafts(store)
        self._folder = folder
        self._trainings = Trainings()
        self._trials = trials

    async def aclose(self) -> None:
        await self._trainings.aclose()

    def routes(self) -> list[Route]:
        draft, version = PATH + "/draft", PATH + "/versions"
        return [
            _route("GET", PATH, self.read, "The published version of the bot", BotView, access=EVERYONE),
            _route("GET", PATH + "/templates", self.templates, "Content to begin from", Templates),
            _route("POST", PATH + "/template", self.begin, "Train a template, and let it answer", BotView,
                   body=TemplateBody, status=202),
            _route("GET", draft, self.draft, "What is being taught", DraftView, access=SUPERVISORS),
            _route("DELETE", draft, self.drop, "Forget all changes since what answers now", DraftView, query=SeenQuery),
            _route("POST", draft + "/changes", self.change, "Change the draft", DraftView, body=ChangesBody),
            _route("POST", draft + "/undo", self.undo, "Take the last change back", DraftView, body=SeenBody),
            _route("POST", draft + "/import", self.bring, "Bring in a Rasa project (ZIP) or a table (CSV)", Brought,
                   query=SeenQuery, raw=True),
            _route("GET", PATH + "/export", self.export, "A Rasa project or a table", None, query=ExportQuery,
                   access=SUPERVISORS),
            _route("GET", draft + "/intent", self.intent, "One intent of the draft", views.IntentPage, query=NameQuery,
                   access=SUPERVISORS),
            _route("GET", draft + "/response", self.response, "One response of the draft", views.ResponsePage,
                   query=NameQuery, access=SUPERVISORS),
            _route("GET", draft + "/form", self.form, "One form of the draft", views.FormPage, query=NameQuery,
                   access=SUPERVISORS),
            _route("GET", draft + "/tests", self.tests, "The test conversations of the draft", Tests, access=SUPERVISORS),
            _route("POST", draft + "/near", self.near, "Examples of other intents that say nearly the same", Near,
                   body=NearBody),
            _route("POST", draft + "/spoken", self.spoken, "What a call says for a text", Spoken, body=SpokenBody,
                   access=SUPERVISORS),
            _route("POST", draft + "/train", self.train, "Train the draft", BotView, body=SeenBody, status=202),
            _route("GET", version, self.versions, "All versions, the latest first", Versions, access=SUPERVISORS),
            _route("GET", version + "/{version}", self.version, "One version", VersionPage, access=SUPERVISORS),
            _route("POST", version + "/{version}/publish", self.publish, "Let a version answer", BotView,
                   body=PublishBody),
            _route("POST", version + "/{version}/draft", self.take_up, "Go on from a version", DraftView, body=SeenBody),
            _route("GET", PATH + "/diff", self.diff, "What two versions differ in", Difference, query=DiffQuery,
                   access=SUPERVISORS),
            _route("POST", PATH + "/try", self.attempt, "Talk to a version", Tried, body=TryBody, access=SUPERVISORS),
        ]  # fmt: skip

    # --- what answers ---

    async def read(self, call: Call) -> BotView:
        found = await self._store.read(call.business, lambda tx, now: bot_versions.published_bot(tx))
        training: Training = self._trainings.of(call.business)
        return BotView(
            version=found.version if found is not None else None,
            report=msgspec.json.decode(found.report) if found is not None else {},
            training=training.state, stage=training.stage, done=training.done, trained=training.version,
            problem=training.problem, fault=training.fault, rasa=await self._rasa.pool(call.business) is not None,
        )  # fmt: skip

    async def templates(self, call: Call) -> Templates:
        found = read_templates(self._folder)
        views = (
            TemplateView(id=name, names=one.names, about=one.about, locales=one.locales) for name, one in found.items()
        )
        return Templates(templates=tuple(views))

    async def begin(self, call: Call) -> BotView:
        name, business = call.body.template, call.business
        found = read_templates(self._folder).get(name)
        if found is None:
            raise NotFound("There is no such template.")
        self._trainings.check_free(business)
        self._bots.expect(business)

        async def train(progress: Progress) -> str:
            return (await self._bots.train_and_publish(business, self._folder / name, progress=progress)).version

        await self._note(call, "trained", subject=name, name=found.names.get("en", name))
        self._trainings.begin(business, train, told=lambda: tell_changed(call, business, "bot"))
        return await self.read(call)

    async def _note(self, call: Call, action: str, *, subject: str, name: str) -> None:
        by = actor(call.who)

        def unit(tx: Tx, now: int) -> None:
            audit.note(tx, by, action, kind="bot", subject=subject, name=name, now=now)

        await self._store.write(call.business, unit)

    # --- the draft ---

    async def draft(self, call: Call) -> DraftView:
        return await self._view(call.business, await self._drafts.read(call.business))

    async def change(self, call: Call) -> DraftView:
        body: ChangesBody = call.body
        return await self._changed(call, await self._drafts.change(call.business, body.changes, seen=body.seen, by=actor(call.who)))  # fmt: skip

    async def undo(self, call: Call) -> DraftView:
        return await self._changed(
            call, await self._drafts.undo(call.business, seen=call.body.seen, by=actor(call.who))
        )

    async def drop(self, call: Call) -> DraftView:
        return await self._changed(call, await self._drafts.drop(call.business, seen=call.query.seen))

    async def take_up(self, call: Call) -> DraftView:
        project = await self._bots.source(call.business, call.param("version"))
        edited = await self._drafts.edit(call.business, lambda before: project, seen=call.body.seen, by=actor(call.who))
        return await self._changed(call, edited)

    async def _changed(self, call: Call, draft: Draft) -> DraftView:
        tell_changed(call, call.business, "bot")
        return await self._view(call.business, draft)

    async def _view(self, business: str, draft: Draft) -> DraftView:
        known, heard = await self._store.read(business, lambda tx, now: (bot_versions.versions(tx), sounds.read(tx)))
        by_name = {name: one.locale for name, one in sounds.by_name(heard).items()}
        shown = await asyncio.to_thread(lambda: views.overview(draft.project, read_project(draft.project), by_name))
        fingerprint = fingerprint_of_project(draft.project)
        made = (
            one.version for one in known if msgspec.json.decode(one.report, type=Published).fingerprint == fingerprint
        )
        return DraftView(
            revision=draft.revision, based_on=draft.based_on, changed_by=draft.changed_by, changed_at=draft.changed_at,
            undoable=draft.undoable, published=draft.published, trained=next(made, ""), overview=shown,
        )  # fmt: skip

    async def bring(self, call: Call) -> Brought:
        body = await _read_body(call.request)
        left_out: tuple[Finding, ...] = ()

        def edit(project: Project) -> Project:
            nonlocal left_out
            if body[:2] == b"PK":
                project, left_out = read_archive(body)
                return project
            known = [intent.name for intent in judge_content("", project.texts().items()).content.intents]
            for change in read_table(text_of("", body), known):
                project = changed_by(project, change)
            return project

        draft = await self._drafts.edit(call.business, edit, seen=call.query.seen, by=actor(call.who))
        await self._note(call, "imported", subject="draft", name=str(draft.revision))
        return Brought(draft=await self._changed(call, draft), left_out=left_out)

    async def export(self, call: Call) -> web.Response:
        project = await self._project(call.business, call.query.version)
        if call.query.form == "csv":
            body = ("\ufeff" + await asyncio.to_thread(lambda: write_table(read_project(project).content))).encode()
            return _attachment(body, "questions.csv", "text/csv")
        return _attachment(await asyncio.to_thread(project.archive), "bot.zip", "application/zip")

    async def _project(self, business: str, version: str) -> Project:
        """Raises ``Invalid`` where a query names a version that there isn't."""
        if version:
            try:
                return await self._bots.source(business, version)
            except NotFound as error:
                raise Invalid(error.detail, field="version") from error
        return (await self._drafts.read(business)).project

    async def intent(self, call: Call) -> views.IntentPage:
        name = call.query.name
        return await self._page(call, lambda project: views.intent_page(project, read_project(project), name))

    async def response(self, call: Call) -> views.ResponsePage:
        name = call.query.name
        return await self._page(call, lambda project: views.response_page(project, name))

    async def form(self, call: Call) -> views.FormPage:
        name = call.query.name
        return await self._page(call, lambda project: views.form_page(project, read_project(project), name))

    async def tests(self, call: Call) -> Tests:
        return await self._page(call, lambda project: Tests(stories=views.tests_of(project)))

    async def _page(self, call: Call, find: Callable[[Project], P | None]) -> P:
        """One thing of the draft, and which draft that is. Raises ``NotFound``."""
        draft = await self._drafts.read(call.business)
        page = await asyncio.to_thread(find, draft.project)
        if page is None:
            raise NotFound("The draft has nothing of that name.")
        return msgspec.structs.replace(
            page, revision=draft.revision, changed_by=draft.changed_by, changed_at=draft.changed_at
        )

    async def spoken(self, call: Call) -> Spoken:
        from speech.speakable import speakable  # nobody who doesn't ask for it pays for it

        return Spoken(spoken=await asyncio.to_thread(speakable, call.body.text, call.body.language))

    async def near(self, call: Call) -> Near:
        project, body = await self._project(call.business, ""), call.body
        found = await asyncio.to_thread(
            lambda: alike(body.text, read_project(project).content.intents, but=body.intent)
        )  # fmt: skip
        return Near(alike=found)

    # --- versions ---

    async def train(self, call: Call) -> BotView:
        business, by = call.business, actor(call.who)
        draft = await self._drafts.read(business)
        if draft.revision != call.body.seen:
            raise NotPossible(refusals.UNTRAINED())
        self._trainings.check_free(business)

        async def train(progress: Progress) -> str:
            version, _ = await self._bots.train(business, draft.project, by=by, progress=progress)
            return version.version

        self._trainings.begin(business, train, told=lambda: tell_changed(call, business, "bot"))
        return await self.read(call)

    async def versions(self, call: Call) -> Versions:
        found = await self._store.read(call.business, lambda tx, now: bot_versions.versions(tx))
        return Versions(versions=tuple(VersionLine(**_line(one)) for one in found))

    async def version(self, call: Call) -> VersionPage:
        name = call.param("version")
        found = await self._store.read(call.business, lambda tx, now: bot_versions.find_version(tx, name))
        if found is None:
            raise NotFound("There is no such version of this bot.")
        kept = msgspec.json.decode(found.report, type=Published)
        return VersionPage(**_line(found), report=kept.report, results=kept.tests)

    async def publish(self, call: Call) -> BotView:
        page = await self.version(call)
        if page.tests_failed and not call.body.reason.strip():
            raise NotPossible(refusals.TESTS_FAIL(failed=page.tests_failed, all=page.tests))
        await self._bots.publish(call.business, page.version, by=actor(call.who), note=call.body.reason.strip())
        tell_changed(call, call.business, "bot")
        return await self.read(call)

    async def diff(self, call: Call) -> Difference:
        older = await self._project(call.business, call.query.older)
        newer = await self._project(call.business, call.query.newer)
        return await asyncio.to_thread(difference, older, newer)

    async def attempt(self, call: Call) -> Tried:
        body: TryBody = call.body

        def unit(tx: Tx, now: int) -> tuple[BotVersion | None, int, str]:
            business = directory.read_business(tx, call.business)
            known = bot_versions.versions(tx)
            found = next((one for one in known if one.version == body.version or not body.version), None)
            return found, now, business.timezone if business is not None else "UTC"

        found, now, zone = await self._store.read(call.business, unit)
        if found is None:
            raise NotPossible(refusals.UNTRAINED())
        path = await self._bots.model(found)
        at = dt.datetime.fromtimestamp(now / 1e6, _zone(zone))
        return await self._trials.turn(call.business, path, body, now=now, at=at)


def _route(
    method: Any, path: str, handler: Callable[[Call], Awaitable[Any]], summary: str, answer: Any, *,
    access: frozenset[str] = ADMINISTRATORS, **more: Any,
) -> Route:  # fmt: skip
    return Route(
        method=method, path=path, handler=handler, summary=summary, answer=answer, access=access, tags=("bot",), **more
    )


def _line(found: BotVersion) -> dict[str, Any]:
    kept = msgspec.json.decode(found.report, type=Published)
    tests = kept.tests or {}
    return {
        "version": found.version, "number": found.number, "status": found.status, "made_by": found.made_by,
        "note": found.note, "created_at": found.created_at, "published_at": found.published_at,
        "accuracy": float(kept.report.get("accuracy", 0.0)), "tests": int(tests.get("all", 0)),
        "tests_failed": int(tests.get("failed", 0)),
    }  # fmt: skip


async def _read_body(request: web.Request) -> bytes:
    """The body, bounded. Raises ``TooLarge``, ``Invalid``."""
    body = b""
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > MAX_IMPORT:
            limit = MAX_IMPORT
            raise TooLarge(f"An archive holds at most {limit // 1024 // 1024} MB. Send a smaller one.", limit=limit)
    if not body:
        raise Invalid("There is nothing in this file. Choose another.", field="file")
    return body


def _attachment(body: bytes, name: str, kind: str) -> web.Response:
    return web.Response(
        body=body, content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )  # fmt: skip


def _zone(name: str) -> dt.tzinfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return dt.UTC
