"""What a business may set up, kind by kind: the shape of each, and what must hold of it.

Every body has a ``name``; among its kind it is unique, whatever the case of its letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from gateway.dispatcher.retention import begin
from gateway.errors import Invalid
from gateway.faults import forms as form_faults
from gateway.http.routes import ADMINISTRATORS, EVERYONE, SUPERVISORS
from gateway.http.texts import ItemId, Locale, name_of, visible_text
from gateway.model import forms, macros
from gateway.model.hours import Day, Holiday, Span, Spans
from gateway.model.rules import RatingRules, RoutingRules, SkillRules, TeamRules, ThingId, WaitingRules
from gateway.store import articles, configuration, directory, labels, teams
from gateway.store.articles import ARTICLE, KNOWLEDGE
from gateway.store.audit import Actor
from gateway.store.lists import NO_FILTER, Filter, View
from gateway.store.sql import Tx
from knowledge.articles import ArticleText, judge_texts

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Text = Annotated[str, msgspec.Meta(max_length=4000)]
_ADDRESS = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
Owner = Annotated[str, msgspec.Meta(max_length=64)]
MOST_OWN = 100
"""Things of one kind that are one person's own, at most."""
Colour = Literal["grey", "red", "amber", "green", "teal", "blue", "violet", "pink"]


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """The root of all kinds' bodies. On disk a newer release may have more fields; what comes in by the API may not
    (``strictly``)."""

    name: Name


class Team(Body, frozen=True):
    """People who answer together. ``members``: accounts of operators. ``about``: for colleagues. ``rules``: how conversations
    come to them."""

    members: Annotated[tuple[ItemId, ...], msgspec.Meta(max_length=500)] = ()
    about: Annotated[str, msgspec.Meta(max_length=400)] = ""
    rules: TeamRules = TeamRules()


class Skill(Body, frozen=True):
    """What somebody must know to answer: a language, a product. Operators have skills, each at a level. ``rules``: which
    conversations ask for it."""

    about: Annotated[str, msgspec.Meta(max_length=400)] = ""
    rules: SkillRules = SkillRules()


class Routing(Body, frozen=True):
    """How conversations come to people, whatever their team."""

    name: Name = "routing"
    rules: RoutingRules = RoutingRules()


class Waiting(Body, frozen=True):
    """What whoever waits is offered, and when a silence is over."""

    name: Name = "waiting"
    rules: WaitingRules = WaitingRules()


class Unread(Body, frozen=True):
    """How answers reach a customer who didn't read them: by ``email``, and where no e-mail address is known by ``sms``, which the
    business's own system sends that is called at ``url``."""

    name: Name = "unread"
    email: bool = True
    sms: bool = False
    url: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class Label(Body, frozen=True):
    """A word for sorting conversations."""

    color: Colour = "grey"


class CannedResponse(Body, frozen=True):
    """A ready answer; ``name`` is what one types after ``/``. ``texts`` by language, with variables in double braces:
    ``{{customer}}``, ``{{operator}}``, ``{{business}}``. ``owner``: whose own it is, an account's id; ``team``: whose alone it
    is; without both it is everybody's."""

    texts: Annotated[dict[Locale, Text], msgspec.Meta(min_length=1, max_length=10)]
    owner: Owner = ""
    team: ThingId = ""


class Macro(Body, frozen=True):
    """Several things done to a conversation at once. ``team``: who has it at hand; "": everybody."""

    actions: Annotated[tuple[macros.Action, ...], msgspec.Meta(min_length=1, max_length=macros.MOST_ACTIONS)]
    team: ThingId = ""
    about: Annotated[str, msgspec.Meta(max_length=400)] = ""


class WrapUpCode(Body, frozen=True):
    """What came of a conversation; its owner chooses one when they end it. ``active``: it can be chosen. ``form``: the id of one
    that must be filled in before."""

    about: Annotated[str, msgspec.Meta(max_length=400)] = ""
    active: bool = True
    form: ThingId = ""


class Form(Body, frozen=True):
    """What an operator is led through, step by step (``gateway.model.forms``). ``prefix``: how the numbers of its records begin;
    ``statuses``: those of a record, the first for a new one; ``told``: what the customer may be told, with ``{{number}}`` and
    ``{{form}}``; ``active``: it can be chosen."""

    steps: forms.Steps
    about: Annotated[str, msgspec.Meta(max_length=400)] = ""
    purpose: forms.Purpose = "ticket"
    prefix: Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9]{0,7}$")] = "REC"
    statuses: Annotated[
        tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=40)], ...], msgspec.Meta(min_length=1, max_length=20)
    ] = ("new", "done")
    told: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    active: bool = True


class BreakReason(Body, frozen=True):
    """Why somebody is away for a while: lunch, a training. Operators choose one with the break."""


class Rating(Body, frozen=True):
    """Whether customers are asked for a rating."""

    name: Name = "rating"
    rules: RatingRules = RatingRules()


class Script(Body, frozen=True):
    """What operators of several businesses see first, by the customer's language. ``greetings``: how they begin; ``texts``:
    what they keep to, in a few lines."""

    name: Name = "script"
    greetings: Annotated[dict[Locale, Annotated[str, msgspec.Meta(max_length=200)]], msgspec.Meta(max_length=10)] = {}
    texts: Annotated[dict[Locale, Annotated[str, msgspec.Meta(max_length=1000)]], msgspec.Meta(max_length=10)] = {}


class BusinessHours(Body, frozen=True):
    """When people answer: what ``gateway.model.hours.Hours`` reads."""

    name: Name = "hours"
    always: bool = True
    week: dict[Day, Spans] = {}
    holidays: Annotated[tuple[Holiday, ...], msgspec.Meta(max_length=200)] = ()


class Retention(Body, frozen=True):
    """How long what was said is kept after the end, in days; 0: without limit. ``audit_days``: the audit log;
    ``recording_days``: recordings of calls, from when they were made."""

    name: Name = "retention"
    conversation_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 0
    audit_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 0
    recording_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 0


Told = Literal[
    "conversation_started", "customer_message", "bot_message", "operator_message", "note_added", "handoff_requested",
    "form_filled", "record_status_changed", "taken", "transferred", "returned_to_bot", "snoozed", "reopened", "resolved", "rated",
]  # fmt: skip
"""Events that a webhook may ask for, by their tags in the log."""


class Webhook(Body, frozen=True):
    """An address of the business's own that is told what happens. ``active``: it is called."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    events: Annotated[tuple[Told, ...], msgspec.Meta(min_length=1, max_length=50)]
    active: bool = True


class CrmLink(Body, frozen=True):
    """A way from a contact into a system of the business's own. ``url``: an https address with places that the contact
    fills: ``{email}``, ``{phone}``, ``{name}``, ``{company}``, ``{external_id}``, ``{conversation}``, or the name of a field of the
    business's own; what is put there is percent-encoded."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class SavedView(Body, frozen=True):
    """A list that somebody wants at hand. ``owner``: whose it is, an account's id; "": everybody's."""

    view: View = "all"
    filter: Filter = NO_FILTER
    owner: Owner = ""


class Article(Body, frozen=True):
    """An article as it is being written; customers read what was published of it (``knowledge.articles``). ``name``: its
    address, as ``/help/lantern/name`` has it. ``position``: where it stands among the others, ascending."""

    texts: Annotated[dict[Locale, ArticleText], msgspec.Meta(min_length=1, max_length=10)]
    position: Annotated[int, msgspec.Meta(ge=0, le=9999)] = 0


class Knowledge(Body, frozen=True):
    """Where articles are shown. ``public``: anybody reads them at ``/help/…``; ``bot``: the bot answers from them what it
    doesn't understand."""

    name: Name = "knowledge"
    public: bool = False
    bot: bool = True


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of thing to set up.

    ``name``: in the database and the audit log; ``path``: in addresses. ``single``: a business has exactly one, made by
    its first change. ``judge`` makes the body of whoever acts as it is kept, or raises ``Invalid``. ``owner``: whose
    own an item is, who alone sees it and about which no log tells; "": it is shared. ``shares``: who may write what is shared,
    among those of the right roles. ``key``: by what an item is told from others.
    ``needed_by``: why it can't be removed yet, as a sentence; "" where it can. ``after``: what each change brings with
    it, in its transaction; ``takes_along``: what its removal does, by the item's id.
    """

    name: str
    path: str
    body: type[Body]
    summary: str
    single: bool = False
    read: frozenset[str] = EVERYONE
    write: frozenset[str] = ADMINISTRATORS
    judge: Callable[[Tx, Any, Actor], Body] = lambda tx, body, by: _named(body)
    owner: Callable[[Any], str] = lambda body: ""
    shares: frozenset[str] = EVERYONE
    key: Callable[[Any], str] = lambda body: str(body.name).casefold()
    needed_by: Callable[[Tx, str], str] = lambda tx, item: ""
    after: Callable[[Tx, int], None] = lambda tx, now: None
    takes_along: Callable[[Tx, str], None] = lambda tx, item: None

    def sees(self, body: Any, account: str) -> bool:
        """Whether an account may see and change an item, as far as it is its own."""
        return self.owner(body) in ("", account)


def _named(body: Body) -> Body:
    about = getattr(body, "about", None)
    cleaned = {"name": name_of(body.name)} | ({"about": visible_text(about)} if about is not None else {})
    return replace(body, **cleaned)


def _team(tx: Tx, body: Team, by: Actor) -> Body:
    known = {one.account for one in directory.read_operators(tx)}
    strangers = [one for one in body.members if one not in known]
    if strangers:
        raise Invalid("Somebody in this team doesn't work for this business any more.", field="members")
    rules = _rules(tx, body.rules, field="rules")
    return replace(_named(body), members=tuple(dict.fromkeys(body.members)), rules=rules)


def _rules(tx: Tx, rules: TeamRules, *, field: str) -> TeamRules:
    """The rules with only what the business has."""
    skills = {item.id for item in configuration.read(tx, "skill")}
    if not skills.issuperset(rules.skills):
        raise Invalid("One of these skills was removed meanwhile.", field=f"{field}.skills")
    if rules.overflow and configuration.find(tx, "team", rules.overflow) is None:
        raise Invalid("That team was removed meanwhile. Choose another one.", field=f"{field}.overflow")
    if list(rules.widen) != sorted(set(rules.widen)):
        raise Invalid("Each step comes later than the one before it.", field=f"{field}.widen")
    return rules


def _routing(tx: Tx, body: Routing, by: Actor) -> Body:
    return replace(body, rules=replace(body.rules, everybody=_rules(tx, body.rules.everybody, field="rules.everybody")))


def _team_needed(tx: Tx, team: str) -> str:
    waiting = teams.unresolved(tx, team)
    if not waiting:
        return ""
    many = "1 conversation" if waiting == 1 else f"{waiting} conversations"
    return f"This team still has {many} to finish. Transfer or resolve them first."


def _canned(tx: Tx, body: CannedResponse, by: Actor) -> Body:
    name = name_of(body.name)
    if " " in name or "/" in name:
        raise Invalid("What is typed after / has no blanks in it: opening_hours, say.", field="name")
    texts = {locale: visible_text(text) for locale, text in body.texts.items()}
    if not any(texts.values()):
        raise Invalid("Write the answer in one language at least.", field="texts")
    if body.owner not in ("", by.id):
        raise Invalid("A response is your own, a team's or everybody's.", field="owner")
    if body.owner and body.team:
        raise Invalid("What is your own is no team's.", field="team")
    _known_team(tx, body.team)
    return replace(body, name=name, texts={locale: text for locale, text in texts.items() if text})


def _known_team(tx: Tx, team: str) -> None:
    if team and configuration.find(tx, "team", team) is None:
        raise Invalid("That team was removed meanwhile. Choose another one.", field="team")


def _macro(tx: Tx, body: Macro, by: Actor) -> Body:
    _known_team(tx, body.team)
    last = len(body.actions) - 1
    actions = []
    for index, action in enumerate(body.actions):
        field = f"actions.{index}"
        if isinstance(action, macros.MOVES) and index < last:
            raise Invalid("After this step the conversation is no longer yours: put it last.", field=field)
        actions.append(_action(tx, action, field=field))
    return replace(_named(body), actions=tuple(actions))


def _action(tx: Tx, action: macros.Action, *, field: str) -> macros.Action:
    """As it is kept. Raises ``Invalid`` where there is nothing to do, or what it names is gone."""
    empty = Invalid("Say what this step does.", field=field)
    match action:
        case macros.Say():
            texts = {locale: text for locale, said in action.texts.items() if (text := visible_text(said))}
            if not texts:
                raise empty
            return replace(action, texts=texts)
        case macros.AddNote():
            if not visible_text(action.text):
                raise empty
            return replace(action, text=visible_text(action.text))
        case macros.SetFact():
            if not visible_text(action.name):
                raise empty
            return replace(action, name=visible_text(action.name), value=visible_text(action.value))
        case macros.Relabel():
            if not (action.add or action.remove):
                raise empty
            if labels.unknown(tx, (*action.add, *action.remove)):
                raise Invalid("One of these labels was removed meanwhile.", field=field)
        case macros.ToTeam():
            if action.team and configuration.find(tx, "team", action.team) is None:
                raise Invalid("That team was removed meanwhile. Choose another one.", field=field)
    return action


def _code(tx: Tx, body: WrapUpCode, by: Actor) -> Body:
    if body.form and configuration.find(tx, "form", body.form) is None:
        raise Invalid(form_faults.REMOVED(), field="form")
    return _named(body)


def _form(tx: Tx, body: Form, by: Actor) -> Body:
    forms.check_steps(body.steps)
    statuses = tuple(name_of(one) for one in body.statuses)
    if len(set(statuses)) < len(statuses):
        raise Invalid(form_faults.STATUSES(), field="statuses")
    steps = tuple(replace(step, say=visible_text(step.say)) for step in body.steps)
    return replace(_named(body), steps=steps, statuses=statuses, told=visible_text(body.told))


def _scoped(body: CannedResponse) -> str:
    """Each scope has its names: my own may be called as everybody's, and comes first."""
    return ":".join(one for one in (body.owner, body.team, body.name) if one).casefold()


def _script(tx: Tx, body: Script, by: Actor) -> Body:
    return replace(body, greetings=_texts(body.greetings), texts=_texts(body.texts))


def _texts(texts: dict[Locale, str]) -> dict[Locale, str]:
    return {locale: said for locale, text in texts.items() if (said := visible_text(text))}


def _hours(tx: Tx, body: BusinessHours, by: Actor) -> Body:
    for spans in (*body.week.values(), *(holiday.spans for holiday in body.holidays)):
        _in_order(spans)
    days = [holiday.day for holiday in body.holidays]
    if len(set(days)) < len(days):
        raise Invalid("A holiday is there twice.", field="holidays")
    holidays = sorted(body.holidays, key=lambda holiday: holiday.day)
    return replace(body, holidays=tuple(replace(one, name=visible_text(one.name)) for one in holidays))


def _in_order(spans: tuple[Span, ...]) -> None:
    before = ""
    for span in spans:
        if span.opens >= span.closes:
            raise Invalid(f"{span.opens}–{span.closes} ends before it begins.", field="week")
        if span.opens < before:
            raise Invalid(f"{span.opens}–{span.closes} overlaps with what is before it.", field="week")
        before = span.closes


def _webhook(tx: Tx, body: Webhook, by: Actor) -> Body:
    _callable(body.url)
    return replace(_named(body), url=body.url, events=tuple(dict.fromkeys(body.events)))


def _callable(url: str) -> None:
    """Raises ``Invalid`` where nothing can be called by this."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, 0
    if not host or port == 0 or parts.scheme not in ("http", "https") or not url.isprintable() or " " in url:
        raise Invalid("Give the whole address, https://crm.example.com/hook, say.", field="url")
    if parts.username or parts.password:
        raise Invalid("Put no password into the address: what we send is signed.", field="url")


def _unread(tx: Tx, body: Unread, by: Actor) -> Body:
    if body.sms or body.url:
        _callable(body.url)
    return body


_PLACE = re.compile(r"\{([^{}]*)\}")


def _crm_link(tx: Tx, body: CrmLink, by: Actor) -> Body:
    url = body.url.strip()
    places = _PLACE.findall(url)
    try:
        parts = urlsplit(_PLACE.sub("x", url))
        host, whole = parts.hostname, urlsplit(url).netloc
    except ValueError:
        host, whole = None, ""
    if not host or parts.scheme != "https" or not url.isprintable() or " " in _PLACE.sub("", url):
        raise Invalid("Give the whole address, https://crm.example.com/search?q={email}, say.", field="url")
    if parts.username or parts.password:
        raise Invalid("Put no password into the address.", field="url")
    if "{" in whole or "}" in whole:
        raise Invalid("Whose system it is can't depend on the contact: only what stands behind its name.", field="url")
    if any(not one.strip() or len(one) > 40 for one in places) or any(mark in _PLACE.sub("", url) for mark in "{}"):
        raise Invalid("A place for a field is its name in braces: {email}.", field="url")
    return replace(_named(body), url=url)


def _view(tx: Tx, body: SavedView, by: Actor) -> Body:
    if body.owner not in ("", by.id):
        raise Invalid("A view is your own or everybody's.", field="owner")
    return _named(body)


def _article(tx: Tx, body: Article, by: Actor) -> Body:
    name = name_of(body.name)
    if not _ADDRESS.fullmatch(name):
        raise Invalid("An address has small Latin letters, digits and hyphens: how-to-pay, say.", field="name")
    return replace(body, name=name, texts=judge_texts(body.texts))


KINDS: tuple[Kind, ...] = (
    Kind(name="team", path="teams", body=Team, summary="Teams", judge=_team, needed_by=_team_needed),
    Kind(name="skill", path="skills", body=Skill, summary="Skills"),
    Kind(name="label", path="labels", body=Label, summary="Labels"),
    Kind(name="canned_response", path="canned-responses", body=CannedResponse, summary="Canned responses",
         write=EVERYONE, shares=SUPERVISORS, judge=_canned, owner=lambda body: str(body.owner), key=_scoped),
    Kind(name="macro", path="macros", body=Macro, summary="Macros", write=SUPERVISORS, judge=_macro),
    Kind(name=ARTICLE, path="articles", body=Article, summary="Articles", write=SUPERVISORS, judge=_article,
         takes_along=articles.drop),
    Kind(name=KNOWLEDGE, path="knowledge", body=Knowledge, summary="Where articles are shown", single=True,
         judge=lambda tx, body, by: body),
    Kind(name="form", path="forms", body=Form, summary="Forms", write=SUPERVISORS, judge=_form),
    Kind(name="wrap_up_code", path="wrap-up-codes", body=WrapUpCode, summary="Wrap-up codes", judge=_code),
    Kind(name="break_reason", path="break-reasons", body=BreakReason, summary="Reasons of breaks"),
    Kind(name="webhook", path="webhooks", body=Webhook, summary="Webhooks", judge=_webhook, read=ADMINISTRATORS),
    Kind(name="crm_link", path="crm-links", body=CrmLink, summary="Ways into the business's own systems", judge=_crm_link),
    Kind(name="view", path="views", body=SavedView, summary="Saved views", write=EVERYONE, judge=_view,
         owner=lambda body: str(body.owner),
         key=lambda body: f"{body.owner}:{body.name}".casefold()),
    Kind(name="hours", path="hours", body=BusinessHours, summary="When people answer", single=True, judge=_hours),
    Kind(name="routing", path="routing", body=Routing, summary="How conversations come to people", single=True,
         judge=_routing),
    Kind(name="waiting", path="waiting", body=Waiting, summary="What is promised to who waits", single=True,
         judge=lambda tx, body, by: body),
    Kind(name="unread", path="unread", body=Unread, summary="How answers reach who didn't read them", single=True,
         read=ADMINISTRATORS, judge=_unread),
    Kind(name="rating", path="rating", body=Rating, summary="Whether customers are asked for a rating", single=True,
         judge=lambda tx, body, by: body),
    Kind(name="script", path="script", body=Script, summary="How operators greet, and what they keep to", single=True, judge=_script),
    Kind(name="retention", path="retention", body=Retention, summary="How long what was said is kept", single=True,
         judge=lambda tx, body, by: body, after=begin),
)  # fmt: skip
