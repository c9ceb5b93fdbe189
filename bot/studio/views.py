"""What the studio shows of a project: lists to choose from, and one thing with all there is to edit of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from bot.content import Content, Loaded
from bot.content.changes.forms import asked_by, ended_by
from bot.content.changes.intents import examples_of
from bot.content.changes.kinds import TESTS
from bot.content.changes.leads import is_plain
from bot.content.changes.pages import Pages
from bot.content.errors import Finding
from bot.content.extras import FILE as EXTRAS
from bot.content.judging import HANDOFF
from bot.content.project import Project
from bot.content.sounds import unheard
from bot.content.types import Example, Rule, Variation
from bot.dialogue.playbook import Playbook
from gateway.language import clean, is_cyrillic, words

Json = Any


class IntentLine(msgspec.Struct, frozen=True, kw_only=True):
    """An intent in the list. ``examples``: how many by language (``ru``, ``en``); ``titles``, and ``about``, how its answer
    begins: by language ("": any). ``led``: to what it leads: an ``answer``, a ``rule``, a ``form``, a ``handoff``, or ``person`` where nothing answers it."""

    name: str
    examples: dict[str, int]
    titles: dict[str, str]
    led: str
    about: dict[str, str] = {}


class ResponseLine(msgspec.Struct, frozen=True, kw_only=True):
    """A response in the list. ``text``: how it begins; ``used``: something leads to it."""

    name: str
    text: str
    variations: int
    used: bool


class FormLine(msgspec.Struct, frozen=True, kw_only=True):
    """A form in the list. ``titles``: by language, as an intent's; ``fills``: the business's form of which it makes a record."""

    name: str
    titles: dict[str, str]
    fields: tuple[str, ...]
    begun_by: tuple[str, ...]
    fills: str = ""


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """All that a project holds, in short. ``settings``: the sections of ``switchboard.yml`` as they are written."""

    intents: tuple[IntentLine, ...]
    responses: tuple[ResponseLine, ...]
    forms: tuple[FormLine, ...]
    settings: dict[str, Json]
    tests: int
    files: tuple[str, ...]
    findings: tuple[Finding, ...]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to edit, as the draft of this ``revision`` has it; ``changed_by`` and ``changed_at`` are of the draft."""

    revision: int = 0
    changed_by: str = ""
    changed_at: int = 0


class IntentPage(Page, frozen=True, kw_only=True):
    """An intent to edit. ``examples`` with their annotations; ``answer`` and ``title``: variations as they are written;
    ``actions``: what its rule does, where that is more than to answer. ``plain``: to what it leads can be set by one
    change; ``form``: the one that it begins; ``aim``: where its handoff goes."""

    name: str
    examples: tuple[str, ...]
    answer: tuple[dict[str, Json], ...]
    title: tuple[dict[str, Json], ...]
    actions: tuple[str, ...]
    led: str
    plain: bool = True
    form: str = ""
    aim: dict[str, Json] = {}


class ResponsePage(Page, frozen=True, kw_only=True):
    name: str
    variations: tuple[dict[str, Json], ...]


class QuestionPage(msgspec.Struct, frozen=True, kw_only=True):
    """``unfit``: what is said to a value that doesn't fit, where ``takes`` names a response for it."""

    slot: str
    asks: tuple[dict[str, Json], ...]
    takes: dict[str, Json]
    unfit: tuple[dict[str, Json], ...] = ()


class FormPage(Page, frozen=True, kw_only=True):
    """A form to edit, as ``SetForm`` takes it; ``title``: variations as they are written."""

    name: str
    title: tuple[dict[str, Json], ...]
    questions: tuple[QuestionPage, ...]
    begun_by: str
    done: tuple[dict[str, Json], ...]
    tries: int
    fills: str = ""


def overview(project: Project, loaded: Loaded, sounds: Mapping[str, str] = {}) -> Overview:
    """The lists. ``sounds``: those of the business, as ``unheard`` has them."""
    beside = unheard(loaded.sounds, sounds)
    content = loaded.content
    playbook = Playbook(content)
    led = {intent.name: _led(content, playbook, intent.name) for intent in content.intents}
    used = {act.name for rule in content.rules for act in rule.acts}
    titled = {*led, *content.forms}
    used |= {act.name for story in content.stories for one in story.exchanges for act in one.acts}
    return Overview(
        intents=tuple(
            IntentLine(
                name=intent.name, examples=_by_language(intent.examples), titles=_texts(content, f"utter_title_{intent.name}"),
                led=led[intent.name], about={of: text[:140] for of, text in _texts(content, f"utter_{intent.name}").items() if text},
            )
            for intent in content.intents
        ),
        responses=tuple(
            ResponseLine(
                name=name, text=_start(offered), variations=len(offered),
                used=name in used or "_ask_" in name or name.removeprefix("utter_").removeprefix("title_") in titled,
            )
            for name, offered in sorted(content.responses.items())
        ),
        forms=tuple(
            FormLine(
                name=name, titles=_texts(content, f"utter_title_{name}"), fields=tuple(one.slot for one in form.fields),
                begun_by=_begun_by(content, name), fills=form.fills,
            )
            for name, form in content.forms.items()
        ),
        settings=dict(Pages(project).says(EXTRAS)),
        tests=len(Pages(project).says(TESTS).get("stories") or ()),
        files=tuple(sorted(project.files)),
        findings=tuple(sorted((*loaded.findings, *beside), key=lambda found: (found.file, found.line))),
    )  # fmt: skip


def _by_language(examples: tuple[Example, ...]) -> dict[str, int]:
    russian = sum(any(map(is_cyrillic, words(clean(example.text)))) for example in examples)
    found = {"ru": russian, "en": len(examples) - russian}
    return {language: count for language, count in found.items() if count}


def _led(content: Content, playbook: Playbook, intent: str) -> str:
    base = intent.split("/")[0]
    acts = {act.name for rule in _at_any_time(content) if {intent, base} & set(rule.intents) for act in rule.acts}
    if acts & set(content.forms):
        return "form"
    if HANDOFF in acts:
        return "handoff"
    if acts - {f"utter_{intent}", f"utter_{base}"}:
        return "rule"
    if f"utter_{intent}" in content.responses or f"utter_{base}" in content.responses:
        return "answer"
    return "handoff" if intent in content.settings.aims else "person"


def _at_any_time(content: Content) -> list[Rule]:
    """Rules that don't wait for a form to run: what is said in the middle of one leads elsewhere at other times."""
    return [rule for rule in content.rules if not rule.guard.form]


def _begun_by(content: Content, form: str) -> tuple[str, ...]:
    found = [
        one for rule in _at_any_time(content) for one in rule.intents if any(act.name == form for act in rule.acts)
    ]
    return tuple(dict.fromkeys(found))


def _texts(content: Content, name: str) -> dict[str, str]:
    """A response's texts by language, the first of each that isn't for one channel alone; "" for one without a condition
    on it."""
    found: dict[str, str] = {}
    for one in content.responses.get(name, ()):
        if not one.channel:
            found.setdefault(dict(one.condition).get("language", ""), one.text)
    return found


def _start(offered: tuple[Variation, ...]) -> str:
    return next((one.text for one in offered if one.text), "")[:140]


def intent_page(project: Project, loaded: Loaded, name: str) -> IntentPage | None:
    """None where there is no such intent."""
    content, pages = loaded.content, Pages(project)
    if all(intent.name != name for intent in content.intents):
        return None
    written = [
        text
        for _, says in pages.content()
        for entry in says.get("nlu") or []
        if entry.get("intent") == name
        for text in examples_of(entry.get("examples"))
    ]
    acts = [act.name for rule in _at_any_time(content) if name in rule.intents for act in rule.acts]
    rules = [
        rule for _, says in pages.content() for rule in says.get("rules") or []
        if any(step.get("intent") == name for step in rule.get("steps") or [] if isinstance(step, dict))
    ]  # fmt: skip
    aim = content.settings.aims.get(name)
    return IntentPage(
        name=name, examples=tuple(written), answer=_variations(pages, f"utter_{name}"),
        title=_variations(pages, f"utter_title_{name}"), led=_led(content, Playbook(content), name),
        actions=tuple(act for act in acts if act != f"utter_{name}"),
        plain=all(is_plain(rule, name) for rule in rules), form=next((act for act in acts if act in content.forms), ""),
        aim={"team": aim.team, "priority": aim.priority, "reason": aim.reason} if aim is not None else {},
    )  # fmt: skip


def response_page(project: Project, name: str) -> ResponsePage | None:
    found = _variations(Pages(project), name)
    return ResponsePage(name=name, variations=found) if found else None


def form_page(project: Project, loaded: Loaded, name: str) -> FormPage | None:
    form, pages = loaded.content.forms.get(name), Pages(project)
    if form is None:
        return None
    extras = ((pages.says(EXTRAS).get("forms") or {}).get(name) or {}).get("fields") or {}
    begun = _begun_by(loaded.content, name)
    return FormPage(
        name=name, title=_variations(pages, f"utter_title_{name}"), tries=form.tries, begun_by=begun[0] if begun else "",
        done=_variations(pages, ended_by(pages, name)), fills=form.fills,
        questions=tuple(
            QuestionPage(
                slot=one.slot, takes=dict(extras.get(one.slot) or {}),
                asks=_variations(pages, asked_by(pages, name, one.slot)), unfit=_variations(pages, one.invalid),
            )
            for one in form.fields
        ),
    )  # fmt: skip


def tests_of(project: Project) -> tuple[dict[str, Json], ...]:
    return tuple(Pages(project).says(TESTS).get("stories") or ())


def _variations(pages: Pages, name: str) -> tuple[dict[str, Json], ...]:
    for _, says in pages.content():
        found = (says.get("responses") or {}).get(name)
        if found:
            return tuple(dict(one) for one in found)
    return ()
