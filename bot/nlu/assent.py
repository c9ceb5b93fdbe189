"""Yes or no, Russian and English, in an answer to a question that can be answered so. Pure.

An answer that says something else beside it ("нет интернета", "хочу другой тариф") is neither: it may be a question of
its own, which a form must not swallow.
"""

from __future__ import annotations

import re

from gateway.language import clean, words
from gateway.wordlists import listed

LONGEST = 8
_TOKEN = re.compile(r"[^\W_]+|[👍👎✅❌👌🙅🙆+.,!?;:)(-]")
_MARKS = frozenset(".,!?;:)(-")
_YES = listed(
    "да ага угу конечно верно точно правильно хорошо согласен согласна подтверждаю естественно разумеется давай давайте ок"
    " окей окэй ладно безусловно дада несомненно пожалуй договорились обязательно непременно идет 👍 ✅ 👌 🙆 + yes yep"
    " yeah yup yea ya y sure ok okay correct indeed absolutely certainly definitely true course aye agreed affirmative"
)
# These say yes only where nothing else is said: "хочу", but not "хочу другой тариф".
_WEAK_YES = listed(
    "хочу буду нужно надо можно так именно требуется интересует подходит устраивает удобно нравится please fine right do am"
    " will want would have did was good great perfect works отлично супер прекрасно будет есть было"
)
_NO = listed(
    "нет неа нету нее ни никак никогда отказываюсь неверно неправильно отмена нельзя незачем ненадо нехочу неправда 👎 ❌ 🙅"
    " no nope nah n never wrong incorrect false negative dont doesnt wont cant didnt havent isnt not не"
)
# What may follow a no without a pause. Anything else is what isn't there: "нет интернета", "no signal".
_AFTER_NO = listed(
    "спасибо нет не надо нужно нужен нужна хочу буду стоит согласен согласна совсем сейчас звоните звонить планирую верно"
    " правильно интересует требуется нравится подходит устраивает так пока еще уже точно конечно вроде могу было тот та то"
    " те это хотелось хотел хотела хотим будем думаю удобно сегодня очень особо обязательно thanks thank i not no at it"
    " really yet now today need want please we way sir maam do exactly quite correct right true that longer today"
)
_POLITE = listed(
    "спасибо пожалуйста вроде я это все всё бы мне нам очень ну вот же же-ж и то как вас вам о эх ой thanks thank you it is thats its im id ill"
    " that s of i please the we like to yes sir maam much very oh well"
)
_UNSURE = frozenset(
    {"знаю", "уверен", "уверена", "помню", "понял", "поняла", "понимаю", "понятно", "ясно", "know", "sure"}
)
_UNSURE |= frozenset({"understand", "remember", "certain", "get", "idea", "clue"})
# "не против", "no problem": a no that says yes.
_UNOPPOSED = listed("против возражаю вопрос проблема проблем problem problems objection objections worries mind")


def yes_or_no(text: str) -> bool | None:
    """``True`` for yes, ``False`` for no, ``None`` where the text says neither."""
    cleaned = clean(text)
    said = words(cleaned)
    if len(said) > LONGEST:
        return None
    if said[:2] in (["почему", "бы"], ["why", "not"]):
        return True
    tokens = _TOKEN.findall(cleaned.replace("'", "").replace("’", ""))
    for at, token in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else "."
        if token in _NO:
            return _denied(tokens, at, following)
        if token in _YES:
            return _agreed(tokens, at, said)
        if token not in _POLITE and token not in _MARKS:
            break
    rest = [word for word in said if word not in _POLITE]
    return True if rest and all(word in _WEAK_YES or word in _YES for word in rest) else None


def _denied(tokens: list[str], at: int, following: str) -> bool | None:
    after = tokens[at + 1 : at + 3]
    if any(word in _UNOPPOSED for word in after):
        return True
    if any(word in _UNSURE for word in after):
        return None
    if following in _MARKS or following in _AFTER_NO:
        return False
    return None


def _agreed(tokens: list[str], at: int, said: list[str]) -> bool | None:
    """A yes, unless a no comes right after it: "конечно нет", "да нет", but "да, не звоните"."""
    after = tokens[at + 1 : at + 2]
    if (
        after
        and after[0] in ("нет", "не", "not", "неа", "no")
        and not (after[0] == "не" and tokens[at] in ("да", "yes"))
    ):
        return _denied(tokens, at + 1, tokens[at + 2] if at + 2 < len(tokens) else ".")
    return True
