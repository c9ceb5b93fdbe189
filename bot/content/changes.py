"""What can be changed of a project from outside its files: intents, answers, forms, settings, tests. Pure.

Each change says what shall stand in the end; it is written into the files as their authors wrote them
(``bot.content.editing``). A change that leaves content which can't be used is refused by whoever judges the result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from typing import Annotated, Any, Literal

import msgspec

from bot.content import is_test
from bot.content.editing import changed, plain, removed
from bot.content.errors import ContentError
from bot.content.extras import FILE as EXTRAS
from bot.content.judging import HANDOFF, TOLD
from bot.content.project import Project
from bot.content.source import parsed
from gateway.faults import content as faults

NAME = "^[A-Za-zА-Яа-яЁё0-9_][\\wЁё-]*(/[\\wЁё-]+)?$"
"""What an intent, a form or a slot may be called from here; files may hold others."""
Name = Annotated[str, msgspec.Meta(pattern=NAME, max_length=80)]
Text = Annotated[str, msgspec.Meta(max_length=4_000)]
Json = Any
TESTS = "tests/test_stories.yml"
USUAL_TRIES = 3


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """The root of all changes."""


class SetIntent(Change, frozen=True, tag="intent"):
    """An intent with these examples, annotations as Rasa writes them. A new one gets a rule that says its answer."""

    name: Name
    examples: Annotated[tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=500)], ...], msgspec.Meta(max_length=5_000)]  # fmt: skip


class SetLead(Change, frozen=True, tag="lead"):
    """To what an intent leads: its ``answer``; people, after its answer where it has one (``handoff``, with where it goes);
    or a ``form``. Rules that say more than that stay as they are, and go before."""

    name: str
    to: Literal["answer", "handoff", "form"]
    form: str = ""
    team: Annotated[str, msgspec.Meta(max_length=80)] = ""
    priority: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    reason: Annotated[str, msgspec.Meta(max_length=200)] = ""


class RenameIntent(Change, frozen=True, tag="rename_intent"):
    name: str
    to: Name


class RemoveIntent(Change, frozen=True, tag="remove_intent"):
    """With its examples, and the rules and answers that are its alone."""

    name: str


class SetResponse(Change, frozen=True, tag="response"):
    """A response with these variations, as Rasa's format has them."""

    name: Annotated[str, msgspec.Meta(pattern="^utter_[\\wЁё/-]+$", max_length=120)]
    variations: Annotated[tuple[dict[str, Json], ...], msgspec.Meta(min_length=1, max_length=50)]


class RemoveResponse(Change, frozen=True, tag="remove_response"):
    name: str


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of a form. ``asks``: the variations of its question. ``takes``: as ``switchboard.yml`` has a field."""

    slot: Name
    asks: tuple[dict[str, Json], ...] = ()
    takes: dict[str, Json] = {}


class SetForm(Change, frozen=True, tag="form"):
    """A form as a list of questions, begun by ``begun_by`` and ended with the response ``done``."""

    name: Name
    questions: Annotated[tuple[Question, ...], msgspec.Meta(min_length=1, max_length=30)]
    begun_by: str = ""
    done: tuple[dict[str, Json], ...] = ()
    tries: Annotated[int, msgspec.Meta(ge=1, le=10)] = USUAL_TRIES


class RemoveForm(Change, frozen=True, tag="remove_form"):
    name: str


class SetSettings(Change, frozen=True, tag="settings"):
    """A section of ``switchboard.yml``: ``handoff`` or ``understanding``."""

    section: Annotated[str, msgspec.Meta(pattern="^(handoff|understanding)$")]
    value: dict[str, Json]


class SetTests(Change, frozen=True, tag="tests"):
    """The test conversations of ``tests/test_stories.yml``, all of them."""

    stories: Annotated[tuple[dict[str, Json], ...], msgspec.Meta(max_length=1_000)]


AnyChange = (
    SetIntent | SetLead | RenameIntent | RemoveIntent | SetResponse | RemoveResponse | SetForm | RemoveForm | SetSettings
    | SetTests
)  # fmt: skip


def changed_by(project: Project, change: AnyChange) -> Project:
    """The project after the change. Raises ``ContentError`` where it can't be made."""
    pages = Pages(project)
    match change:
        case SetIntent():
            _set_intent(pages, change)
        case SetLead():
            set_lead(pages, change)
        case RenameIntent():
            _rename(pages, change.name, change.to)
        case RemoveIntent():
            _remove_intent(pages, change.name)
        case SetResponse():
            pages.put_in("responses", change.name, list(change.variations), new="domain.yml")
            _declare_own(pages, change.variations)
        case RemoveResponse():
            pages.drop_from("responses", change.name)
        case SetForm():
            _set_form(pages, change)
        case RemoveForm():
            _remove_form(pages, change.name)
        case SetSettings():
            pages.put(EXTRAS, (change.section,), change.value)
        case SetTests():
            pages.put(TESTS, ("stories",), list(change.stories))
    return project.with_texts(pages.written)


class Pages:
    """The YAML files of a project while a change is being written."""

    def __init__(self, project: Project) -> None:
        self._texts = project.texts()
        self.written: dict[str, str] = {}
        self._read: dict[str, dict[str, Json]] = {}

    def content(self) -> Iterator[tuple[str, dict[str, Json]]]:
        """Every content file with what it says."""
        for name in sorted(self._texts):
            if not is_test(name):
                yield name, self.says(name)

    def says(self, name: str) -> dict[str, Json]:
        """What the file says, as plain values; nothing where there is none."""
        if name not in self._read:
            found = plain(parsed(name, self._texts.get(name, "")))
            self._read[name] = dict(found) if isinstance(found, dict) else {}
        return self._read[name]

    def put(self, name: str, path: tuple[str, ...], value: Json) -> None:
        """Makes the file say ``value`` at ``path``."""
        found: Json = self.says(name)
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        if found == value and found is not None:
            return
        self._write(name, changed(name, self._texts.get(name, ""), path, value))

    def drop(self, name: str, path: tuple[str, ...]) -> None:
        self._write(name, removed(name, self._texts.get(name, ""), path))

    def _write(self, name: str, text: str) -> None:
        if text != self._texts.get(name):
            self._texts[name] = self.written[name] = text
            self._read.pop(name, None)

    def with_section(self, section: str, *, new: str) -> str:
        """The first file that has the section; else the one where it shall begin."""
        found = [name for name, says in self.content() if says.get(section)]
        return found[0] if found else new

    def put_in(self, section: str, key: str, value: Json, *, new: str) -> None:
        """An entry of a section that is a mapping: where it stands, or in the first file that has the section."""
        place = next((name for name, says in self.content() if key in (says.get(section) or {})), "")
        self.put(place or self.with_section(section, new=new), (section, key), value)

    def drop_from(self, section: str, key: str) -> None:
        for name, says in list(self.content()):
            if key in (says.get(section) or {}):
                self.drop(name, (section, key))

    def edit_lists(self, section: str, edit: Callable[[list[Json]], list[Json]]) -> None:
        """Edits a section that is a list, in every file that has it."""
        for name, says in list(self.content()):
            if isinstance(says.get(section), list):
                self.put(name, (section,), edit(list(says[section])))

    def append(self, section: str, value: Json, *, new: str) -> None:
        """Adds to a section that is a list."""
        name = self.with_section(section, new=new)
        self.put(name, (section,), [*(self.says(name).get(section) or []), value])


def _declare_own(pages: Pages, variations: tuple[dict[str, Json], ...]) -> None:
    """Slots that Switchboard tells are known to it anyway; Rasa wants them in the domain."""
    told = {str(one.get("name")) for variation in variations for one in variation.get("condition") or [] if isinstance(one, dict)}  # fmt: skip
    known = {slot for _, says in pages.content() for slot in says.get("slots") or {}}
    for slot in sorted((told & TOLD) - known):
        kind = {"type": "text", "influence_conversation": False, "mappings": [{"type": "custom"}]}
        pages.put_in("slots", slot, kind, new="domain.yml")


# --- intents ---


def _set_intent(pages: Pages, change: SetIntent) -> None:
    base = change.name.split("/")[0]
    declared = {_named(one) for _, says in pages.content() for one in says.get("intents") or []}
    if base not in declared:
        pages.append("intents", base, new="domain.yml")
    if change.name not in _taught(pages):
        where = pages.with_section("nlu", new="nlu.yml")
        entries = pages.says(where).get("nlu") or []
        pages.put(where, ("nlu",), [*entries, {"intent": change.name, "examples": _as_lines(change.examples)}])
    else:
        _set_examples(pages, change.name, list(change.examples))
    if base not in declared and not _leads(pages, base):
        rule = {"rule": f"answer {base}", "steps": [{"intent": base}, {"action": f"utter_{base}"}]}
        if any(f"utter_{base}" in (says.get("responses") or {}) for _, says in pages.content()):
            pages.append("rules", rule, new="rules.yml")


def _named(entry: Json) -> str:
    return next(iter(entry)) if isinstance(entry, dict) else str(entry)


def _taught(pages: Pages) -> set[str]:
    return {str(one["intent"]) for _, says in pages.content() for one in says.get("nlu") or [] if "intent" in one}


def _leads(pages: Pages, intent: str) -> bool:
    """Whether some rule or story begins with the intent."""
    return any(
        step.get("intent") == intent
        for _, says in pages.content()
        for section in ("rules", "stories")
        for one in says.get(section) or []
        for step in one.get("steps") or []
    )


def _set_examples(pages: Pages, intent: str, wanted: list[str]) -> None:
    """Each entry of the intent keeps what of it is still wanted; what is new goes to the last one."""
    places = [
        (name, at)
        for name, says in pages.content()
        for at, entry in enumerate(says.get("nlu") or [])
        if entry.get("intent") == intent
    ]
    left = list(wanted)
    for number, (name, at) in enumerate(places):
        entries = list(pages.says(name)["nlu"])
        entry = dict(entries[at])
        old = examples_of(entry.get("examples"))
        last = number == len(places) - 1
        mine = left if last else [text for text in old if text in left]
        for text in mine if not last else []:
            left.remove(text)
        entry["examples"] = _rewritten(entry.get("examples"), old, mine)
        entries[at] = entry
        pages.put(name, ("nlu",), entries)


def examples_of(written: Json) -> list[str]:
    """The examples of an entry, of whichever of the two ways to write them."""
    if isinstance(written, list):
        return [str(one.get("text", "") if isinstance(one, dict) else one).strip().removeprefix("- ").strip() for one in written]  # fmt: skip
    lines = [line.strip() for line in str(written or "").split("\n")]
    return [line[1:].strip() for line in lines if line.startswith("-")]


def _rewritten(written: Json, old: list[str], wanted: list[str]) -> Json:
    """The examples in the form in which they were written; comments among them stay."""
    if isinstance(written, list):
        by_text = {text: one for text, one in zip(old, written, strict=True)}
        return [by_text.get(text, {"text": text} if written and isinstance(written[0], dict) else text) for text in wanted]  # fmt: skip
    lines = [line for line in str(written or "").split("\n") if line.strip()]
    kept: list[str] = []
    places = [at for at, line in enumerate(lines) if line.lstrip().startswith("-")]
    done = 0
    for kind, first, last, begin, end in SequenceMatcher(None, old, wanted, autojunk=False).get_opcodes():
        upto = places[last - 1] + 1 if last else 0
        if kind == "equal":
            kept += lines[done:upto]
        else:
            kept += [line for line in lines[done:upto] if not line.lstrip().startswith("-")]
            kept += [f"- {text}" for text in wanted[begin:end]]
        done = max(done, upto)
        del first
    kept += lines[done:]
    return "".join(f"{line}\n" for line in kept)


def _as_lines(examples: tuple[str, ...]) -> str:
    return "".join(f"- {text}\n" for text in examples)


def _remove_intent(pages: Pages, name: str) -> None:
    base = name.split("/")[0]
    pages.edit_lists("nlu", lambda entries: [one for one in entries if one.get("intent") != name])
    if "/" in name:
        pages.drop_from("responses", f"utter_{name}")
        return
    pages.edit_lists("intents", lambda entries: [one for one in entries if _named(one) != base])
    only = [{"intent": base}]
    pages.edit_lists("rules", lambda rules: [one for one in rules if (one.get("steps") or [None])[:1] != only])
    pages.drop_from("responses", f"utter_{base}")
    pages.drop_from("responses", f"utter_title_{base}")
    _forget_handoff(pages, base)
    for file, says in list(pages.content()):
        for section in ("responses", "slots", "forms"):
            if says.get(section):
                pages.put(file, (section,), _without_intent(says[section], base))


def _without_intent(value: Json, intent: str) -> Json:
    """Without the buttons that lead to the intent, and the lists that name it."""
    if isinstance(value, list):
        return [_without_intent(one, intent) for one in value if not _leads_to(one, intent)]
    if isinstance(value, dict):
        found = {key: _without_intent(one, intent) for key, one in value.items()}
        for key in ("intent", "not_intent", "ignored_intents"):
            if isinstance(value.get(key), list):
                found[key] = [one for one in value[key] if one != intent]
        return {key: one for key, one in found.items() if one != [] or value[key] == []}
    return value


def _leads_to(value: Json, intent: str) -> bool:
    payload = value.get("payload") if isinstance(value, dict) else None
    return isinstance(payload, str) and re.fullmatch(rf"/{re.escape(intent)}(\{{.*\}})?", payload) is not None


def _rename(pages: Pages, name: str, to: str) -> None:
    """Everywhere: examples, domain, rules, stories, mappings, buttons, and the responses that are called after it."""
    names = {_named(one) for _, says in pages.content() for one in says.get("intents") or []}
    if name not in names:
        raise ContentError(faults.INTENT(name=name), file="")
    if to in names:
        raise ContentError(faults.TWICE(name=to), file="")
    renamer = _Renamer(name, to)
    for file, says in list(pages.content()):
        for section, value in says.items():
            pages.put(file, (section,), renamer.rename(value, (section,)))
    if pages.says(TESTS):
        pages.put(TESTS, ("stories",), renamer.rename(pages.says(TESTS).get("stories"), ("stories",)))


class _Renamer:
    """Tells an intent's name from the same word elsewhere by where it stands."""

    def __init__(self, name: str, to: str) -> None:
        self._name, self._to = name, to
        self._payload = re.compile(rf"/{re.escape(name)}(?=$|\{{)")
        self._responses = {f"utter_{name}": f"utter_{to}", f"utter_title_{name}": f"utter_title_{to}"}

    def rename(self, value: Json, path: tuple[str, ...]) -> Json:
        if isinstance(value, dict):
            return {self._key(key, path): self.rename(one, (*path, key)) for key, one in value.items()}
        if isinstance(value, list):
            return [self.rename(one, path) for one in value]
        return self._value(value, path) if isinstance(value, str) else value

    def _key(self, key: str, path: tuple[str, ...]) -> str:
        if path == ("responses",):
            return self._responses.get(key, key)
        return self._to if path == ("intents",) and key == self._name else key

    def _value(self, value: str, path: tuple[str, ...]) -> str:
        last = path[-1]
        if last in ("intent", "not_intent", "intents", "ignored_intents"):
            base, slash, rest = value.partition("/")
            return f"{self._to}{slash}{rest}" if base == self._name else value
        if last == "payload":
            return self._payload.sub(f"/{self._to}", value)
        return self._responses.get(value, value) if last == "action" else value


# --- where an intent leads ---


def is_plain(rule: Json, intent: str) -> bool:
    """The rule says no more than to what the intent leads: its answer, people, a form."""
    steps = rule.get("steps") or []
    if rule.get("condition") or steps[:1] != [{"intent": intent}]:
        return False
    answer, people = {"action": f"utter_{intent}"}, {"action": HANDOFF}
    form = steps[1].get("action", "") if len(steps) > 1 and isinstance(steps[1], dict) else ""
    return steps[1:] in ([answer], [people], [answer, people], [{"action": form}, {"active_loop": form}])


def set_lead(pages: Pages, change: SetLead) -> None:
    name = change.name
    answered = any(f"utter_{name}" in (says.get("responses") or {}) for _, says in pages.content())
    acts: list[Json] = [{"action": f"utter_{name}"}] if answered and change.to != "form" else []
    if change.to == "handoff":
        acts.append({"action": HANDOFF})
        if all(HANDOFF not in (says.get("actions") or []) for _, says in pages.content()):
            pages.append("actions", HANDOFF, new="domain.yml")
    if change.to == "form":
        acts = [{"action": change.form}, {"active_loop": change.form}]
    wanted = [{"intent": name}, *acts] if acts else []
    found = [rule for _, says in pages.content() for rule in says.get("rules") or [] if is_plain(rule, name)]
    if [rule["steps"] for rule in found] != ([wanted] if wanted else []):
        kept: Json = found[0] if found and wanted else None

        def led(rules: list[Json]) -> list[Json]:
            return [
                {**rule, "steps": wanted} if rule is kept else rule
                for rule in rules
                if rule is kept or not is_plain(rule, name)
            ]

        pages.edit_lists("rules", led)
        if wanted and kept is None:
            pages.append("rules", {"rule": f"answer {name}", "steps": wanted}, new="rules.yml")
    _set_aim(pages, change)


def _without_aim(rules: list[Json], intent: str) -> list[Json]:
    kept: list[Json] = []
    for rule in rules:
        if rule.get("intent") == intent:
            continue
        others = [one for one in rule.get("intents") or [] if one != intent]
        if "intents" not in rule or others:
            kept.append({**rule, "intents": others} if "intents" in rule else rule)
    return kept


def _forget_handoff(pages: Pages, intent: str) -> None:
    """Of an intent that is gone, ``switchboard.yml`` says nothing any more."""
    handoff = pages.says(EXTRAS).get("handoff") or {}
    rules, angry = list(handoff.get("rules") or []), list((handoff.get("anger") or {}).get("intents") or [])
    if (kept := _without_aim(rules, intent)) != rules:
        pages.put(EXTRAS, ("handoff", "rules"), kept)
    if intent in angry:
        pages.put(EXTRAS, ("handoff", "anger", "intents"), [one for one in angry if one != intent])


def _set_aim(pages: Pages, change: SetLead) -> None:
    """Where the intent's handoff goes, among the rules of ``switchboard.yml``."""
    rules = list((pages.says(EXTRAS).get("handoff") or {}).get("rules") or [])
    aim = {key: value for key in ("team", "priority", "reason") if (value := getattr(change, key))}
    mine = {"intent": change.name, **aim}
    kept = _without_aim(rules, change.name)
    if change.to == "handoff" and aim:
        at = next((at for at, rule in enumerate(rules) if rule.get("intent") == change.name), len(kept))
        kept.insert(at, mine)
    if kept != rules:
        pages.put(EXTRAS, ("handoff", "rules"), kept)


# --- forms ---


def _set_form(pages: Pages, change: SetForm) -> None:
    name = change.name
    slots = [one.slot for one in change.questions]
    place = next((file for file, says in pages.content() if name in (says.get("forms") or {})), "")
    before = dict(pages.says(place)["forms"][name] or {}) if place else {}
    pages.put_in("forms", name, {**before, "required_slots": slots}, new="domain.yml")
    fields: dict[str, Json] = {}
    for question in change.questions:
        _set_slot(pages, name, question.slot)
        if question.asks:
            pages.put_in("responses", asked_by(pages, name, question.slot), list(question.asks), new="domain.yml")
        if question.takes:
            fields[question.slot] = question.takes
    said = {"tries": change.tries, **({"fields": fields} if fields else {})}
    if fields or change.tries != USUAL_TRIES or name in (pages.says(EXTRAS).get("forms") or {}):
        pages.put(EXTRAS, ("forms", name), said)
    if change.done:
        pages.put_in("responses", ended_by(pages, name), list(change.done), new="domain.yml")
    _set_form_rules(pages, change)


def _set_slot(pages: Pages, form: str, slot: str) -> None:
    """A slot that the form can fill with a text; one that is there keeps how else it is filled."""
    condition = {"active_loop": form, "requested_slot": slot}
    place = next((file for file, says in pages.content() if slot in (says.get("slots") or {})), "")
    if not place:
        mapping = {"type": "from_text", "conditions": [condition]}
        pages.put_in("slots", slot, {"type": "text", "influence_conversation": False, "mappings": [mapping]}, new="domain.yml")  # fmt: skip
        return
    found = dict(pages.says(place)["slots"][slot])
    mappings = list(found.get("mappings") or [])
    filled = [one for one in mappings if one.get("type") == "from_text"]
    if any(condition in (one.get("conditions") or [condition]) for one in filled):
        return
    pages.put(place, ("slots", slot, "mappings"), [*mappings, {"type": "from_text", "conditions": [condition]}])


def _set_form_rules(pages: Pages, change: SetForm) -> None:
    name = change.name
    begins = [{"action": name}, {"active_loop": name}]

    def without(rules: list[Json]) -> list[Json]:
        return [
            one
            for one in rules
            if one.get("condition")
            or (one.get("steps") or [])[1:] != begins
            or one["steps"][0] == {"intent": change.begun_by}
        ]

    pages.edit_lists("rules", without)
    rules = [one for _, says in pages.content() for one in says.get("rules") or []]
    if change.begun_by and not any(_begins(one, name, change.begun_by) for one in rules):
        pages.edit_lists("rules", lambda rules: [one for one in rules if one.get("steps") != [{"intent": change.begun_by}, {"action": f"utter_{change.begun_by}"}]])  # fmt: skip
        pages.append(
            "rules", {"rule": f"begin {name}", "steps": [{"intent": change.begun_by}, *begins]}, new="rules.yml"
        )
    ends = any((one.get("steps") or [None])[0] == {"action": name} for one in rules)
    if not ends and change.done:
        steps = [{"action": name}, {"active_loop": None}, {"slot_was_set": [{"requested_slot": None}]}]
        rule = {"rule": f"end {name}", "condition": [{"active_loop": name}], "steps": [*steps, {"action": f"utter_submit_{name}"}]}  # fmt: skip
        pages.append("rules", rule, new="rules.yml")


def asked_by(pages: Pages, form: str, slot: str) -> str:
    """The response that asks for a slot: the form's own, or the one for all forms where only that is there."""
    own, shared = f"utter_ask_{form}_{slot}", f"utter_ask_{slot}"
    known = {name for _, says in pages.content() for name in says.get("responses") or {}}
    return shared if shared in known and own not in known else own


def ended_by(pages: Pages, form: str) -> str:
    """The response that is said when the form is filled: of the rule that ends it, else by the name the studio gives."""
    for _, says in pages.content():
        for rule in says.get("rules") or []:
            steps = [step for step in rule.get("steps") or [] if isinstance(step, dict)]
            if steps and steps[0].get("action") == form:
                said = [str(step.get("action")) for step in steps[1:] if str(step.get("action")).startswith("utter_")]
                return said[0] if said else f"utter_submit_{form}"
    return f"utter_submit_{form}"


def _begins(rule: Json, form: str, intent: str) -> bool:
    steps = rule.get("steps") or []
    return bool(steps) and steps[0] == {"intent": intent} and {"action": form} in steps


def _remove_form(pages: Pages, name: str) -> None:
    slots = [slot for _, says in pages.content() for slot in ((says.get("forms") or {}).get(name) or {}).get("required_slots", [])]  # fmt: skip
    pages.drop_from("forms", name)
    pages.edit_lists("rules", lambda rules: [one for one in rules if not _is_about(one, name)])
    for slot in slots:
        pages.drop_from("responses", f"utter_ask_{name}_{slot}")
        _forget_condition(pages, slot, name)
    pages.drop_from("responses", f"utter_submit_{name}")
    if pages.says(EXTRAS):
        pages.drop(EXTRAS, ("forms", name))


def _is_about(rule: Json, form: str) -> bool:
    steps = [*(rule.get("steps") or []), *(rule.get("condition") or [])]
    return any(
        step.get("action") == form or step.get("active_loop") == form for step in steps if isinstance(step, dict)
    )


def _forget_condition(pages: Pages, slot: str, form: str) -> None:
    """The slot's mappings for a form that is gone; a slot that nothing else fills goes, too."""
    for file, says in list(pages.content()):
        found = (says.get("slots") or {}).get(slot)
        if not isinstance(found, dict):
            continue
        kept = []
        for mapping in found.get("mappings") or []:
            conditions = [one for one in mapping.get("conditions") or [] if one.get("active_loop") != form]
            if conditions or not mapping.get("conditions"):
                kept.append({**mapping, "conditions": conditions} if conditions else mapping)
        if kept:
            pages.put(file, ("slots", slot, "mappings"), kept)
        else:
            pages.drop(file, ("slots", slot))
