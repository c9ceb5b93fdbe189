"""Intents: their examples, their names, and all that speaks of them. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from bot.content.changes.kinds import TESTS, Json, SetIntent
from bot.content.changes.leads import forget_handoff
from bot.content.changes.pages import Pages
from bot.content.errors import ContentError
from gateway.faults import content as faults


def set_intent(pages: Pages, change: SetIntent) -> None:
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


def remove_intent(pages: Pages, name: str) -> None:
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
    forget_handoff(pages, base)
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


def rename(pages: Pages, name: str, to: str) -> None:
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
