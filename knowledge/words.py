"""Words that say nothing of what is asked, in Russian and English. Pure."""

from __future__ import annotations

_IDLE = """
а без бы был была были было быть в вам вами вас ваш ваша ваше вашего вашей ваши вашу вечер во вот все всё вы где да
делать делаю день для до добрый его ее если есть еще ещё её же за здравствуйте здрасте и из или им их к как какая
какие какого какой каком какую ко когда кому кто куда ли либо меня мне мной мое моего моей можете можно мои мой мою
моя моё мы на над надо нам нас наш не него нее нет неё ни них но ну нужен нужна нужно о об однако он она они оно от
очень по под подскажите пожалуйста пожалуста после потом почему при привет про с сам себя сейчас скажите сколько со
спасибо так такой там тебе тебя то тогда того тоже только том тот ту ты у уже утро хотел хотела хотелось хочу чего чем
что чтобы эта эти это этого этой этом этот эту я
a about after all also am an and any are as at be been before but by can cannot cant could did do does doesnt doing
don done dont for from get give go got had has have he hello help her here hey hi him his how i id if ill im in into
is isnt it its ive just keep keeps know let like ll long m make many may me might more much must my need no not now of
off on one or our out please re s she should so some t tell than thanks that thats the their them then there these
they this those to too up us use ve very want was way we were what whats when where which who why will with work works
would yes you your youre
"""
IDLE: frozenset[str] = frozenset(_IDLE.split())
"""They are looked for only where nothing else was written."""

ALIKE: dict[str, str] = {
    **dict.fromkeys(("вайфай", "вайфая", "вайфаю", "вайфаем", "вайфае", "вифи"), "wifi"),
    **dict.fromkeys(("имейл", "имейла", "мейл", "емейл"), "email"),
    **dict.fromkeys(("инет", "инета", "инету", "инетом"), "интернет"),
    **dict.fromkeys(("тв", "телик"), "телевизор"),
}  # fmt: skip
"""What many write in a way of their own, and how it is read."""
