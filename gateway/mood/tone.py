"""Words of annoyance and of praise that are no rudeness, Russian and English, with what denies them. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from gateway.language import clean, stem, words
from gateway.wordlists import by_word, listed

_LONGEST = 400
_REACH = 3
"""Words before one within which a denial still means it."""
_DENIED_PRAISE = 0.3
"""What praise that is denied ("не рад", "not happy") weighs as annoyance."""

# Stems are made here, so that each word stands for all its forms.
_BAD = {stem(word): weight for word, weight in by_word({
    0.55: "ненавижу outrage",
    0.4: "разочарован разочарована разочарованы разочарование возмущен возмущена disappointed disappointing frustrated frustrating",
    0.35: "обидно ужас ужасно ужасный раздражает раздражена раздражен злит расстроена расстроен недоволен недовольна annoyed annoying upset"
          " unhappy angry dissatisfied",
    0.3: "бестолковый бестолково безразличие",
    0.25: "плохо плохой неприятно невозможно устал устала бред глупо bad poor tired pointless nonsense worse",
}).items()}  # fmt: skip
_GOOD = {stem(word): weight for word, weight in by_word({
    0.5: "отлично супер прекрасно замечательно великолепно восхитительно обожаю excellent awesome wonderful amazing fantastic brilliant perfect",
    0.4: "чудесно чудесный приятно идеально ура hooray классно здорово молодцы выручили доволен довольна рад рада хороший great lovely helpful happy glad love",
    0.3: "спасибки пасиб спс спасибо благодарю помогли помогло понравилось thank thanks appreciate helped nice good хорошо",
}).items()}  # fmt: skip
# What takes several words. What a phrase covers is not counted once more by its words.
_PHRASES = tuple((weight, re.compile(rf"(?<!\S)(?:{pattern})(?!\S)")) for weight, pattern in (
    (0.35, r"(?:мне |уже |так |мне уже )?никто (?:так )?(?:и )?не (?:ответил|отвечает|помог|помогает|перезвонил)|(?:nobody|no one) (?:has )?(?:answered|answers|replied|helped|called)"),
    (0.35, r"вы (?:меня |нас )?(?:вообще |хоть |там )(?:меня |нас )?(?:слышите|слушаете|читаете)|(?:вы |ты )?(?:меня |совсем |вообще )?не (?:слышите|слушаете|понимаете|читаете)|(?:youre|you are|are you) (?:even )?(?:not )?(?:listening|reading)"),
    (0.3, r"(?:это |мне )?(?:совсем |вообще |никак |так и |опять )?не (?:помогает|помогло|помог|помогли|помогаете)|(?:does not|doesnt|did not|didnt|isnt|not) help(?:ing|ful)?|no help"),
    (0.5, r"какого черта|по(?:шли|шел) (?:вы|ты)|идите (?:вы )?(?:лесом|к черту)"),
    (0.3, r"никуда не годится|not good enough|никому (?:\S+ )?(?:нет дела|не нуж\S+)|цирк"),
    (0.25, r"уже (?:\S+ ){0,2}(?:объяснял|рассказывал|писал|говорил)\S*|already (?:explained|told|wrote|said|sent)"),
    (0.25, r"обещали (?:\S+ ){0,2}(?:перезвонить|прийти|приехать|ответить|вернуть)|you promised"),
    (0.25, r"ну и где|жду с (?:самого )?(?:утра|обеда|вечера|вчера\S*)|(?:been )?waiting since"),
    (0.25, r"опять (?:\S+ )?(?:не|нет)|снова (?:\S+ )?(?:не|нет)|до сих пор (?:\S+ )?не\S*|так и не|still (?:\S+ )?(?:no|not|nothing|waiting|broken|doesnt|dont|hasnt|havent|cant|isnt)|(?:broke|broken|failed|wrong|down) again"),
    (0.25, r"сколько (?:еще|же|можно) (?:мне )?ждать|жду (?:уже )?(?:\S+ )?(?:час\S{0,2}|дн\S{1,2}|день|недел\S{1,2}|месяц\S{0,2})|waiting (?:for )?(?:\S+ )?(?:hours?|days?|weeks?|months?)|how long (?:must|should|am) i"),
    (0.0, r"не за что|ничего страшного|все в порядке|no thanks|no thank you|not (?:bad|a problem)|no problem"),
))  # fmt: skip
_DENIALS = listed(
    "не ни нет нисколько никак без not no never isnt arent wasnt dont doesnt didnt cant cannot aint hardly without"
)
_BAD_EMOJI = {0.5: "😡🤬😠👿💩🖕", 0.25: "🙄", 0.3: "😤😒👎😞😢😭😩😫☹🙁💔😾"}
_GOOD_EMOJI = {0.4: "😍🥰🤩🎉💖", 0.3: "🙂😊😀😃😄😁👍👌🙏❤💙💚💛🧡🤗🤝👏"}
_EMOJI = {mark: -weight for weight, marks in _BAD_EMOJI.items() for mark in marks} | {
    mark: weight for weight, marks in _GOOD_EMOJI.items() for mark in marks
}


class Tone(NamedTuple):
    """``bad`` and ``good`` from 0 to 1; ``words`` are those that ``bad`` stands on, or ``good`` where nothing is bad.
    ``emoji``: some of it is theirs."""

    bad: float = 0.0
    good: float = 0.0
    words: tuple[str, ...] = ()
    emoji: bool = False


_CALM = Tone()


def tone_of(text: str) -> Tone:
    """How annoyed and how pleased a message sounds, beside what is rude."""
    cleaned = clean(text, _LONGEST)
    said = words(cleaned)
    line = " ".join(said)
    signs: dict[str, float] = {}
    for weight, pattern in _PHRASES:
        for found in pattern.finditer(line):
            signs[found[0]] = -weight
        line = pattern.sub(lambda found: " ".join("." for _ in found[0].split()), line)
    signs |= _single(line.split())
    drawn = [_EMOJI[mark] for mark in cleaned if mark in _EMOJI]
    bad = _together([-weight for weight in (*signs.values(), *drawn) if weight < 0])
    good = _together([weight for weight in (*signs.values(), *drawn) if weight > 0])
    if not bad and not good:
        return _CALM
    told = tuple(word for word, weight in signs.items() if (weight < 0) == (bad > 0) and weight)
    return Tone(bad=bad, good=good, words=told, emoji=bool(drawn))


def _single(said: list[str]) -> dict[str, float]:
    """Words with their weights, annoyance below 0. A denial turns praise into annoyance, and annoyance into nothing."""
    signs: dict[str, float] = {}
    for at, word in enumerate(said):
        stemmed = stem(word)
        bad, good = _BAD.get(stemmed, 0.0), _GOOD.get(stemmed, 0.0)
        if not bad and not good:
            continue
        start = max(0, at - _REACH)
        denied = next((one for one in range(at - 1, start - 1, -1) if said[one] in _DENIALS), None)
        if denied is None:
            signs[word] = good or -bad
        elif good:
            signs[" ".join(said[denied : at + 1])] = -_DENIED_PRAISE
    return signs


def _together(weights: list[float]) -> float:
    """Signs together weigh more than one, as probabilities of independent ones would."""
    rest = 1.0
    for weight in sorted(weights, reverse=True)[:6]:
        rest *= 1 - weight
    return round(1 - rest, 3)
