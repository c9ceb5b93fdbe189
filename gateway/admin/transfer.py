"""A business's set-up as one file, for another installation: what is there by name is changed, what isn't is added,
nothing is removed. Secrets and people don't travel; a team's members are found again by their e-mail addresses."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import msgspec
from msgspec.structs import replace

from gateway.admin.configuration import add_thing, change_thing
from gateway.admin.inbox_settings import judge_settings
from gateway.admin.kinds import KINDS, Article, Body, CannedResponse, Kind, Macro, Team, WrapUpCode
from gateway.admin.messengers import without_proxy
from gateway.admin.profile import Profile, change_profile, read_profile
from gateway.errors import Invalid
from gateway.faults import Fault, transfer
from gateway.http.texts import Locale
from gateway.store import articles, audit, configuration, directory, inboxes, members
from gateway.store.audit import Actor
from gateway.store.directory import InboxSettings
from gateway.store.sql import Tx
from knowledge.articles import ArticleText, judge_texts, publish_texts, text_of

FORMAT = 1


class InboxExport(msgspec.Struct, frozen=True, kw_only=True):
    channel: str
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    settings: InboxSettings = InboxSettings()


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """``switchboard``: the version of this format. ``configuration``: bodies by the path of their kind."""

    switchboard: int
    business: Profile
    inboxes: tuple[InboxExport, ...] = ()
    configuration: dict[str, tuple[msgspec.Raw, ...]] = {}


class _Shown(msgspec.Struct, frozen=True):
    """What of an article in a file customers read, by language."""

    published: dict[Locale, ArticleText] = {}


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did, as ``kind: name``. ``left_out``: with the reason of each."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    same: int
    left_out: tuple[Fault, ...]


def export_business(tx: Tx) -> Export:
    """The transaction's business as it is set up."""
    emails = {one.account: one.email for one in members.read(tx)}
    shown: dict[str, dict[str, ArticleText]] = {}
    for one in articles.published(tx):
        shown.setdefault(one.article, {})[one.locale] = text_of(one)
    names = {item.id: _title(item) for kind in ("team", "label", "form") for item in configuration.read(tx, kind)}
    things: dict[str, tuple[msgspec.Raw, ...]] = {}
    for kind in KINDS:
        items = {item.id: msgspec.json.decode(item.body, type=kind.body) for item in configuration.read(tx, kind.name)}
        things[kind.path] = tuple(
            msgspec.Raw(msgspec.json.encode(_abroad(body, emails, names, shown.get(item, {}))))
            for item, body in items.items()
            if kind.sees(body, "")  # nobody's own things
        )
    ways = tuple(
        InboxExport(channel=one.channel, name=one.name, settings=without_proxy(one.settings))
        for one in inboxes.read(tx)
    )
    return Export(switchboard=FORMAT, business=read_profile(tx).value, inboxes=ways, configuration=things)


def read_export(data: bytes) -> Export:
    """Raises ``Invalid``, saying what is wrong with the file."""
    try:
        found = msgspec.json.decode(data, type=Export)
    except msgspec.ValidationError as error:
        raise Invalid(transfer.NOT_A_SET_UP(problem=str(error)), field="file") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(transfer.NOT_JSON(), field="file") from error
    if found.switchboard > FORMAT:
        raise Invalid(transfer.NEWER(), field="file")
    unknown = set(found.configuration) - {kind.path for kind in KINDS}
    if unknown:
        raise Invalid(transfer.UNKNOWN(what=sorted(unknown)[0][:100]), field="file")
    return found


def import_business(tx: Tx, wanted: Export, *, by: Actor, now: int) -> Imported:
    """All of it or, where something can't be as it is written, nothing. Raises ``Invalid``, ``NameTaken``."""
    directory.lock_business(tx)
    work = _Import(tx, by, now)
    with _said_of("business", ""):
        work.profile(wanted.business)
    for one in wanted.inboxes:
        with _said_of("inbox", one.name):
            work.inbox(one)
    for kind in KINDS:
        for raw in wanted.configuration.get(kind.path, ()):
            work.thing(kind, raw)
    done = Imported(
        added=tuple(work.added), changed=tuple(work.changed), same=work.same, left_out=tuple(work.left_out)
    )  # fmt: skip
    audit.note(
        tx, by, "imported", kind="business", subject=tx.business, name="", now=now,
        changes={"added": (None, len(done.added)), "changed": (None, len(done.changed))},
    )  # fmt: skip
    return done


@contextlib.contextmanager
def _said_of(kind: str, name: str) -> Iterator[None]:
    """What is refused inside is said of this thing in the file. Raises ``Invalid``."""
    try:
        yield
    except Invalid as error:
        field = str(error.fields.get("field") or "file")
        raise Invalid(transfer.REFUSED(kind=kind, name=name, field=field, said=error.detail), field="file") from error


class _Import:
    """One import under way."""

    def __init__(self, tx: Tx, by: Actor, now: int) -> None:
        self._tx, self._by, self._now = tx, by, now
        self._accounts = {one.email: one.account for one in members.read(tx)}
        self.added: list[str] = []
        self.changed: list[str] = []
        self.left_out: list[Fault] = []
        self.same = 0

    def profile(self, wanted: Profile) -> None:
        before = read_profile(self._tx)
        if before.value == wanted:
            self.same += 1
            return
        change_profile(self._tx, wanted, seen=before.version, by=self._by, now=self._now)
        self.changed.append("business")

    def inbox(self, wanted: InboxExport) -> None:
        known = next((one for one in inboxes.read(self._tx) if one[1:3] == (wanted.channel, wanted.name)), None)
        settings = judge_settings(
            self._tx, _as_reached(wanted.settings, known), known=known.settings if known is not None else None
        )
        if known is None:
            directory.add_inbox(
                self._tx, channel=wanted.channel, name=wanted.name, settings=settings, now=self._now
            )  # fmt: skip
            self.added.append(f"inbox: {wanted.name}")
        elif known.settings != settings:
            inboxes.change(self._tx, known, name=known.name, settings=settings)
            self.changed.append(f"inbox: {wanted.name}")
        else:
            self.same += 1

    def thing(self, kind: Kind, raw: msgspec.Raw) -> None:
        try:
            body: Body = msgspec.convert(self._at_home(kind, msgspec.json.decode(raw)), kind.body)
            shown = msgspec.json.decode(raw, type=_Shown).published if kind.body is Article else {}
        except msgspec.ValidationError as error:
            raise Invalid(transfer.UNFIT(kind=kind.name, problem=str(error)), field="file") from error
        with _said_of(kind.name, body.name):
            wanted = kind.judge(self._tx, body, self._by)
            texts = judge_texts(shown) if shown else {}
        known = configuration.named(self._tx, kind.name, kind.key(wanted))
        label = f"{kind.name}: {wanted.name}"
        if known is None:
            item = add_thing(self._tx, kind, wanted, by=self._by, now=self._now).id
            self.added.append(label)
            self._publish(item, wanted.name, texts)
            return
        differs = msgspec.json.decode(known.body, type=kind.body) != wanted
        if differs:
            change_thing(
                self._tx, kind, wanted, item=known.id, seen=known.version, by=self._by, now=self._now
            )  # fmt: skip
        if self._publish(known.id, wanted.name, texts) or differs:
            self.changed.append(label)
        else:
            self.same += 1

    def _publish(self, article: str, name: str, texts: dict[str, ArticleText]) -> bool:
        """Customers read these texts of an article; whether that is something new."""
        return bool(texts and publish_texts(self._tx, article, texts, name=name, by=self._by, now=self._now))

    def _at_home(self, kind: Kind, thing: Any) -> Any:
        """A team's members are the accounts with these addresses; who doesn't work here is left out. Teams and labels are
        those of that name."""
        if kind.body in (CannedResponse, Macro, WrapUpCode):
            return renamed(thing, lambda kind, name: self._id_of(kind, name))
        if kind.body is not Team or not isinstance(thing, dict) or not isinstance(thing.get("members"), list):
            return thing
        emails = [email for email in thing["members"] if isinstance(email, str)]
        self.left_out += [
            transfer.STRANGER(name=str(thing.get("name")), email=email)
            for email in emails
            if email not in self._accounts
        ]
        return {**thing, "members": [self._accounts[email] for email in emails if email in self._accounts]}

    def _id_of(self, kind: str, name: str) -> str:
        found = configuration.named(self._tx, kind, name.casefold())
        return found.id if found is not None else name


def renamed(thing: Any, called: Callable[[str, str], str]) -> Any:
    """A response or a macro with other words for its teams and labels: ``called`` is told the kind and the word."""
    if not isinstance(thing, dict):
        return thing
    changed = {**thing}
    for one in ("team", "form"):
        if isinstance(thing.get(one), str) and thing[one]:
            changed[one] = called(one, thing[one])
    for field in ("add", "remove"):
        if isinstance(thing.get(field), list):
            changed[field] = [called("label", one) for one in thing[field] if isinstance(one, str)]
    if isinstance(thing.get("actions"), list):
        changed["actions"] = [renamed(action, called) for action in thing["actions"]]
    return changed


def _title(item: configuration.Item) -> str:
    return str(msgspec.json.decode(item.body)["name"])


def _as_reached(wanted: InboxSettings, known: inboxes.Entrance | None) -> InboxSettings:
    """By which proxy a bot is reached is each installation's own matter."""
    here = known.settings.telegram if known is not None else None
    if wanted.telegram is None:
        return wanted
    return replace(wanted, telegram=replace(wanted.telegram, proxy=here.proxy if here is not None else ""))


def _abroad(body: Body, emails: dict[str, str], names: dict[str, str], shown: dict[str, ArticleText]) -> Any:
    """As it travels: a team's members by their addresses, teams and labels by their names, an article with what customers read
    of it."""
    if isinstance(body, Article):
        return {**msgspec.structs.asdict(body), "published": shown}
    if isinstance(body, CannedResponse | Macro | WrapUpCode):
        return renamed(msgspec.to_builtins(body), lambda kind, item: names.get(item, item))
    if not isinstance(body, Team):
        return body
    members = [emails[one] for one in body.members if one in emails]
    return {**msgspec.structs.asdict(body), "members": members}
