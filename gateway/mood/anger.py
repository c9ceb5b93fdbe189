"""Anger in a message, by its wording, Russian and English, and what it stands on. Pure.

It is told whoever takes over, and may bring a person in. So precision goes before all: what is said politely, however
bad the matter is ("нет интернета с утра"), is no anger. Each sign has a weight; signs together weigh more than one, as
probabilities of independent ones would. One strong sign is enough for one half.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from gateway.language import clean, stem, words
from gateway.wordlists import by_word, listed

ANGRY = 0.5
_OWN = 0.6
_CAPITALS, _EXCLAMATIONS, _QUESTIONS = 0.3, 0.25, 0.2
_LONGEST = 400
_MOST_SIGNS = 8

# Rude words as they stand, by weight. A stem alone would also catch "барсук", "бляшка", "мандарин".
_RUDE = by_word({
    0.75: "блять блядь бля сука суки суку сучка хуй хуя хуйня пиздец пизда нахуй похуй охуели заебали заебал заебало ебать ебаный"
          " мудак мудаки мудила fuck fucking fucked fucker motherfucker bullshit asshole assholes bastards bastard bitch cunt",
    0.65: "идиот идиоты дебил дебилы кретины кретин придурки придурок уроды урод козлы козел сволочи сволочь твари скоты"
          " мрази ублюдки задолбали задолбал задолбало охренели оборзели suka blyat blyad nahui pizdec idiot idiots moron morons"
          " shit shitty dickheads wtf ffs stfu bullcrap",
    0.55: "говно говнище дерьмо дерьмовый хрень херня нахрен нахер нафиг обнаглели издеваетесь издевательство бесите бесит"
          " тупые дармоеды жулики бездельники позорище incompetent disgraceful appalling outrageous crooks thieves pathetic",
    0.5: "безобразие беспредел мошенники возмутительно ridiculous unacceptable"
         " disgusting scam scammers ripoff liars stupid dumb",
    0.4: "позор бардак хамство вранье врете хамите хреново хреновый отвратительно отвратительный отвратительная фигня бесполезный бесполезная useless crap awful horrible",
    0.3: "черт достали надоело надоели кошмар жалоба жалобу претензия претензию требую немедленно damn hell terrible"
         " complaint immediately unbelievable",
})  # fmt: skip
# Stems that begin no ordinary word.
_STEMS = {
    0.75: ("пизд", "ебан", "ебуч", "заеб", "наеб", "хуев", "хуен", "долбоеб", "бляд", "мудак", "fuck", "motherf"),
    0.6: ("говнищ", "дерьмов", "ублюд", "гандон", "обосра", "засран", "пидор", "пидар"),
}
_ALL_STEMS = tuple(one for stems in _STEMS.values() for one in stems)
_FULL = tuple(listed("блять бля блядь сука суки хуй хуя хера хуйня пиздец заебали ебать ебаный мудак говно дерьмо fuck fucking fucked shit")
              | listed("bullshit asshole bitch bastard crap damn жопа"))  # fmt: skip
_MASKS = frozenset("*@#$•")
_MASKED = re.compile(r"(?<![\w*])[^\W\d_]{1,8}[*@#$•]{1,8}[^\W\d_]{0,8}(?![\w*])")
_WHO_RU = r"(?:пишу|звоню|прошу|обращаюсь|объясняю|повторяю|спрашиваю|жду|жалуюсь|вызываю)"
_MANY_RU = r"(?:третии|третий|четвертый|пятый|шестой|десятый|сотый|который|очередной|тысячный|100 й|10 й|5 й|4 й|3 й)"
# The weight, words of which each has one at least, and the phrase.
_PHRASES: tuple[tuple[float, str, str], ...] = (
    (0.6, "можно", r"сколько (?:же )?можно(?= (?:ждать|вас|это|уже|терпеть|звонить|писать|просить|повторять|издеваться|обещать|тянуть)|$| \S+$)"),
    (0.6, "пор", r"до каких (?:же )?пор"),
    (0.6, "раз", rf"{_WHO_RU} (?:вам )?(?:уже )?(?:в )?{_MANY_RU} раз|(?:уже )?(?:в )?{_MANY_RU} раз (?:уже )?(?:вам )?{_WHO_RU}"),
    (0.4, "раз", rf"{_WHO_RU} (?:уже )?(?:во )?второи? раз|(?:уже )?(?:во )?второй раз {_WHO_RU}"),
    (0.6, "достали", r"(?:вы|уже|как|меня|всех|реально|просто|конкретно) (?:меня |всех |уже |вы )?достали"),
    (0.6, "деньги", r"(?:верните|отдайте|возвращайте) (?:мне |мои |наши )*деньги (?:немедленно|сейчас же|сегодня же|срочно|быстро)"),
    (0.6, "деньги", r"(?:немедленно|сейчас же|срочно) (?:верните|возвращайте|отдайте) (?:мне |мои )*деньги"),
    (0.6, "суд роспотребнадзор прокуратуру", r"(?:подам|подаю|обращусь|обращаюсь|пойду|иду|напишу|пишу|жалуюсь) (?:на вас )?(?:жалобу )?(?:в суд|в роспотребнадзор|в прокуратуру)"),
    (0.6, "терпение", r"терпение (?:мое |уже )?(?:лопнуло|кончилось|закончилось)|(?:мое|кончилось|лопнуло) терпение"),
    (0.55, "за", r"(?:что|это) (?:у вас )?за (?:бред|цирк|бардак|ерунда|фигня|дичь|безобразие|сервис такой|издевательство)"),
    (0.55, "плевать наплевать пофиг", r"(?:вам|вообще|всем) (?:на (?:нас|меня|всех|клиентов) )?(?:плевать|наплевать|пофиг)"),
    (0.55, "сервис обслуживание компания поддержка отношение провайдер контора", r"(?:ужасн|отвратительн|мерзк|кошмарн|хамск)\S+ (?:сервис|обслуживание|компания|поддержка|отношение|провайдер|контора)"),
    (0.55, "сервис провайдер интернет компания поддержка оператор хуже", r"худш\S+ (?:\S+ )?(?:сервис|провайдер|интернет|компания|поддержка|оператор)|хуже (?:сервиса |вас )?не (?:видел|бывает|встречал)"),
    (0.6, "вы", r"(?:вы|вы там) (?:совсем|вообще|что) (?:\S+ )?(?:обнаглели|офигели|охренели|с ума сошли|совесть потеряли|издеваетесь)"),
    (0.6, "ярости бешенстве зол зла злой", r"я в (?:ярости|бешенстве)|(?:зол|зла|злой) (?:на вас|как)"),
    (0.55, "бот совести", r"тупо\S* бот|дурацк\S+ бот|бот (?:тупой|дурак|идиот)|совести (?:у вас )?нет|нет совести|ни стыда ни совести"),
    (0.45, "надоело нет реакции отписки", r"надоело (?:ждать|это|уже|ваше|объяснять|звонить)|сил (?:моих |больше |уже )?нет|ноль реакции|никакой реакции|одни отписки"),
    (0.45, "обманываете обманщики кидалово лохотрон врете обман", r"обманываете|обманщики|кидалово|лохотрон|опять врете|сплошной обман"),
    (0.35, "ухожу никогда ногой", r"ухожу от вас|ухожу к (?:другому|конкурентам)|никогда больше|больше ни ногой"),
    (0.6, "this", r"this is (?:just |so |absolutely |completely |really )?(?:ridiculous|unacceptable|outrageous|absurd|insane|a joke|pathetic)"),
    (0.6, "worst terrible horrible awful lousy pathetic appalling", r"(?:worst|terrible|horrible|awful|lousy|pathetic|appalling) (?:customer )?(?:service|company|provider|support|isp|experience)"),
    (0.6, "time", r"(?:third|fourth|fifth|sixth|tenth|hundredth|umpteenth|millionth|3rd|4th|5th|10th) time (?:now|already|today|this|i|im|ive|that i)"),
    (0.4, "second", r"second time (?:i|im|ive|that i|now)"),
    (0.55, "how", r"how (?:many times (?:do|must|should|have)|much longer (?:do|must|should|have|will|can|are))"),
    (0.6, "sick fed enough patience", r"sick (?:and tired )?of|fed up|had enough|enough is enough|losing my patience|lost my patience|out of patience"),
    (0.6, "money", r"(?:give|refund|return|want) (?:me )?my money (?:back )?(?:now|right now|immediately|today)"),
    (0.55, "waste joke gives", r"waste of (?:my )?(?:time|money)|what a joke|a complete joke|no one gives a|nobody gives a"),
    (0.55, "are", r"are you (?:kidding|joking|deaf|stupid|serious|insane|out of your mind)"),
    (0.6, "what hell screw shut shame piece", r"what the (?:hell|fuck|heck)|go to hell|screw you|shut up|shame on you|piece of (?:crap|junk|garbage|trash)"),
    (0.65, "i im we were pissed", r"(?:i am|im|we are|were) (?:so |very |really |absolutely |getting )?(?:angry|furious|livid|pissed|outraged|fuming)|pissed off"),
    (0.55, "hate sue court legal report", r"hate (?:you|this|your|dealing)|sue you|take you to court|legal action|report you|see you in court"),
    (0.45, "money bot never nobody one", r"my money back|stupid bot|useless bot|dumb bot|never again|nobody (?:cares|answers|helps)|no one (?:cares|answers|helps)"),
    (0.45, "lying lied people", r"lying to me|you lied|you people(?! are (?:\S+ )?(?:great|wonderful|amazing|lovely|awesome|fantastic|the best))"),
)  # fmt: skip
_COMPILED: dict[str, list[tuple[float, re.Pattern[str]]]] = {}
for _weight, _anchors, _pattern in _PHRASES:
    _phrase = (_weight, re.compile(rf"(?<!\S)(?:{_pattern})(?!\S)"))
    for _anchor in _anchors.split():
        _COMPILED.setdefault(_anchor, []).append(_phrase)
_DENIED = re.compile(
    r"(?:^|\s)(?:не|not|no|isnt|arent|без)\s+(?:(?:так|такой|такая|очень|совсем|so|very|that|really|too|as)\s+)?$"
)
_RUDE_WORDS = frozenset(_RUDE)
_BEGINNING = min(map(len, _ALL_STEMS))
_RUDE_BEGINNINGS = frozenset(one[:_BEGINNING] for one in _ALL_STEMS)
# Found much faster than what is drawn out, which most messages have nothing of.
_THRICE = re.compile(r"(.)\1\1")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")


class Mood(NamedTuple):
    """``anger`` from 0 to 1; ``words`` are those it stands on; ``marks``: ``capitals``, ``exclamations``, ``questions``."""

    anger: float
    words: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()

    @property
    def angry(self) -> bool:
        """Whether a person should know."""
        return self.anger >= ANGRY


_CALM = Mood(0.0)


def mood_of(text: str, *, own: Collection[str] = ()) -> Mood:
    """How angry the message sounds; ``own`` are words and phrases that a business adds, in any of their forms."""
    cleaned = clean(text, _LONGEST)
    said = words(_DRAWN_OUT.sub(r"\1", cleaned) if _THRICE.search(cleaned) else cleaned)
    signs = _phrases(said)
    # Most messages hold nothing of the kind, and cost no more than these looks.
    if not (_RUDE_WORDS.isdisjoint(said) and _RUDE_BEGINNINGS.isdisjoint([word[:_BEGINNING] for word in said])):
        _add_rude(signs, said)
    if not _MASKS.isdisjoint(cleaned):
        signs.update((found, 0.65) for found in _MASKED.findall(cleaned) if _is_masked(found))
    if own:
        signs.update((phrase, _OWN) for phrase in _own_in(said, own))
    marks = _marks(text[:_LONGEST])
    if not signs and not marks:
        return _CALM
    calm = 1.0
    for weight in sorted([*signs.values(), *marks.values()], reverse=True)[:_MOST_SIGNS]:
        calm *= 1 - weight
    return Mood(round(1 - calm, 3), tuple(signs), tuple(marks))


def _phrases(said: list[str]) -> dict[str, float]:
    """Phrases of anger with their weights."""
    signs: dict[str, float] = {}
    anchors = dict.fromkeys([word for word in said if word in _COMPILED])
    line = " ".join(said) if anchors else ""
    for anchor in anchors:
        for weight, pattern in _COMPILED[anchor]:
            for found in pattern.finditer(line):
                if not _DENIED.search(line[: found.start()]):
                    signs.setdefault(found[0], weight)
    return signs


def _add_rude(signs: dict[str, float], said: list[str]) -> None:
    """Adds rude words, but for those that a phrase holds."""
    covered = " ".join(signs)
    for at, word in enumerate(said):
        weight = _rude(word)
        if weight and word not in covered and not _DENIED.search(" ".join(said[max(0, at - 2) : at]) + " "):
            signs.setdefault(word, weight)


def _rude(word: str) -> float:
    known = _RUDE.get(word)
    if known:
        return known
    if not word.startswith(_ALL_STEMS):
        return 0.0
    return next(weight for weight, stems in _STEMS.items() if word.startswith(stems))


def _is_masked(found: str) -> bool:
    """Whether a word with marks in place of letters ("б**ть") can only be a rude one."""
    first, last = re.split(r"[*@#$•]+", found, maxsplit=1)
    hidden = len(found) - len(first) - len(last)
    if len(first) + len(last) < 2 and hidden < 2:
        return False
    return any(
        word.startswith(first) and word.endswith(last) and abs(len(word) - len(first) - len(last) - hidden) <= 1
        for word in _FULL
        if len(word) > len(first) + len(last)
    )


def _own_in(said: list[str], own: Collection[str]) -> list[str]:
    stems = f" {' '.join(map(stem, said))} "
    return [
        phrase for phrase in own if (sought := " ".join(map(stem, words(clean(phrase))))) and f" {sought} " in stems
    ]


def _marks(text: str) -> dict[str, float]:
    """What is shouted: capitals all over, three marks in a row."""
    found: dict[str, float] = {}
    shouted = [] if text[1:].islower() else [word for word in text.split() if word.isupper() and len(word) > 2]
    letters = [mark for mark in text if mark.isalpha()] if len(shouted) > 1 else []
    if len(letters) >= 10 and len(shouted) >= 2 and sum(map(str.isupper, letters)) >= 0.7 * len(letters):
        found["capitals"] = _CAPITALS
    if "!!!" in text:
        found["exclamations"] = _EXCLAMATIONS
    if "???" in text or "?!?" in text:
        found["questions"] = _QUESTIONS
    return found
