"""The labelled texts that understanding is measured on, and what fingers and keyboards do to them."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.content import read_content
from bot.content.draft import Draft
from bot.content.nlu import read_nlu
from bot.content.source import parse, read_text
from bot.nlu.keyboard import as_latin_layout
from gateway.language import clean, is_cyrillic, words

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "lantern"
OUTSIDE = "out_of_scope"
INTENTS, EXAMPLES = 30, 10
_SOUNDS = str.maketrans(dict(zip("абвгдезийклмнопрстуфхцыэ", "abvgdeziyklmnoprstufhcye", strict=True)))
_SOUNDS |= str.maketrans({"ж": "zh", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"})

Labelled = Sequence[tuple[str, str]]
Clinc = dict[str, list[list[str]]]


@dataclass(frozen=True)
class Texts:
    """One draw: what is trained on, messages in scope that training never sees, and messages of no intent. ``alike``:
    examples that weren't drawn, where ``inside`` is of another kind than the examples.
    """

    train: Labelled
    inside: Labelled
    outside: Sequence[str]
    alike: Labelled = ()

    def spoiled(self, seed: int) -> dict[str, Labelled]:
        """The messages in scope as they are also typed, by name; the right intents stay."""
        rng = random.Random(seed)
        found: dict[str, Labelled] = {"slips": [(slip(text, rng), intent) for text, intent in self.inside]}
        if all(is_russian(text) for text, _ in self.inside):
            found["layout"] = [(as_latin_layout(clean(text)), intent) for text, intent in self.inside]
            found["translit"] = [(in_latin(text), intent) for text, intent in self.inside]
        return found


def read_clinc(path: Path) -> Clinc:
    """CLINC150 (Larson et al., 2019, CC BY 3.0): its ``data_full.json``."""
    data: Clinc = json.loads(path.read_text("utf-8"))
    return data


def clinc_few(data: Clinc, split: str, seed: int) -> Texts:
    """Thirty intents of ten examples each, drawn by seed; outside are CLINC's own messages of no intent."""
    rng = random.Random(seed)
    chosen = rng.sample(sorted({intent for _, intent in data["train"]}), INTENTS)
    train = [
        (text, intent)
        for intent in chosen
        for text in rng.sample([text for text, other in data["train"] if other == intent], EXAMPLES)
    ]
    inside = [(text, intent) for text, intent in data[split] if intent in chosen]
    return Texts(train, inside, [text for text, _ in data[f"oos_{split}"]])


def clinc_full(data: Clinc, split: str) -> Texts:
    """All 150 intents with all their examples."""
    pairs = [[(text, intent) for text, intent in data[name]] for name in ("train", split)]
    return Texts(pairs[0], pairs[1], [text for text, _ in data[f"oos_{split}"]])


def lantern_few(languages: str, seed: int) -> Texts:
    """The example business with ten examples an intent, in ``ru``, ``en`` or ``mixed``; measured on its holdout."""
    rng = random.Random(seed)
    train: list[tuple[str, str]] = []
    rest: list[tuple[str, str]] = []
    for intent, texts in lantern_examples().items():
        fitting = [text for text in texts if _is_in(text, languages)]
        drawn = rng.sample(fitting, min(EXAMPLES, len(fitting)))
        train += [(text, intent) for text in drawn]
        rest += [(text, intent) for text in fitting if text not in drawn]
    known = {intent for _, intent in train}
    held = [one for one in lantern_holdout() if _is_in(one[0], languages)]
    inside = [(text, intent) for text, intent in held if intent in known]
    return Texts(train, inside, [text for text, intent in held if intent == OUTSIDE], rest)


def lantern_examples() -> dict[str, list[str]]:
    """The example business's examples by intent."""
    intents = read_content(EXAMPLE).content.intents
    return {intent.name: [example.text for example in intent.examples] for intent in intents if intent.examples}


def lantern_holdout() -> list[tuple[str, str]]:
    """Its messages that training never sees, ``OUTSIDE`` among the intents: far ones first, then near ones."""
    path = EXAMPLE / "tests" / "holdout.yml"
    draft = Draft()
    read_nlu(draft, parse(path.name, read_text(path.name, path)).fields("holdout")["nlu"])
    return [(example.text, intent) for intent, examples in draft.examples.items() for example in examples]


def is_russian(text: str) -> bool:
    """Whether a word of it is in Cyrillic."""
    return any(is_cyrillic(word) for word in words(clean(text)))


def _is_in(text: str, languages: str) -> bool:
    return languages == "mixed" or is_russian(text) is (languages == "ru")


def slip(text: str, rng: random.Random) -> str:
    """The text with slips of the fingers: in a third of the longer words a letter is swapped, dropped or doubled."""
    typed = text.split()
    for at, word in enumerate(typed):
        if len(word) >= 4 and rng.random() < 1 / 3:
            place = rng.randrange(1, len(word) - 1)
            before, here, after = word[:place], word[place], word[place + 1 :]
            typed[at] = rng.choice((before + after[:1] + here + after[1:], before + after, before + here * 2 + after))
    return " ".join(typed)


def in_latin(text: str) -> str:
    """Russian in Latin letters, as people type it."""
    return clean(text).translate(_SOUNDS)
