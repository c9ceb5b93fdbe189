"""What an administrator sets for an inbox, judged once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from gateway.errors import Invalid
from gateway.faults import sounds as sound_faults
from gateway.faults import speech as faults
from gateway.http.peers import origin_of
from gateway.http.texts import name_of, one_line, visible_text
from gateway.model.cards import check_address
from gateway.model.prompts import PROMPTS
from gateway.model.rules import CallSettings, Speaker
from gateway.store import configuration, sounds
from gateway.store.directory import ConsentText, InboxSettings, InvitationRule, Starter, TelegramSettings
from gateway.store.sql import Tx
from speech.catalogue import Known

MOST_ORIGINS = 50
MOST_STARTERS = 8
MOST_INVITATIONS = 10
LONGEST_GREETING = 1000
LONGEST_INVITATION = 300
LONGEST_CONSENT = 4000
LONGEST_VERSION = 40
LONGEST_WAIT = 3600
"""Seconds before an invitation."""
PROXIES = ("http", "socks5", "socks4")
LONGEST_PROXY = 300
MOST_ENGINES = 5
"""In an order."""
SLOWEST, FASTEST = 0.5, 2.0
_ENGINE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_VOICE = re.compile(r"[\w+.:/-]{0,80}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_LOCALE = re.compile("[a-z]{2}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")


def judge_settings(
    tx: Tx, wanted: InboxSettings, *, known: InboxSettings | None = None, engines: Mapping[str, Known] | None = None
) -> InboxSettings:
    """As they are kept. Raises ``Invalid``, naming the field, a part of one by its path: ``invitations.0.text``.
    ``known``: as they were; which bot it is stays, whatever is ``wanted``. ``engines``: those for calls that there are; without them their
    names aren't judged, since what comes from elsewhere may be meant for engines that are still to come."""
    if len(wanted.origins) > MOST_ORIGINS:
        raise Invalid(f"At most {MOST_ORIGINS} pages may be listed.", field="origins", limit=MOST_ORIGINS)
    if len(wanted.starters) > MOST_STARTERS:
        raise Invalid(f"At most {MOST_STARTERS} first buttons.", field="starters", limit=MOST_STARTERS)
    origins = dict.fromkeys(judge_origin(origin) for origin in wanted.origins if origin.strip())
    kept = msgspec.convert(msgspec.structs.asdict(wanted), InboxSettings)
    return replace(
        kept,
        origins=tuple(origins),
        page=_page(wanted.page.strip()),
        greeting=_by_language(wanted.greeting, field="greeting", longest=LONGEST_GREETING),
        starters=tuple(_starter(one) for one in wanted.starters),
        consent=_consent(wanted.consent) if wanted.consent is not None else None,
        invitations=_invitations(wanted.invitations),
        telegram=_telegram(wanted.telegram, known.telegram if known is not None else None),
        calls=_calls(tx, wanted.calls, known.calls if known is not None else None, engines),
    )


def _calls(
    tx: Tx, wanted: CallSettings | None, known: CallSettings | None, engines: Mapping[str, Known] | None
) -> CallSettings | None:  # fmt: skip
    if wanted is None:
        return None
    if wanted.team and configuration.find(tx, "team", wanted.team) is None:
        raise Invalid("There is no such team any more. Choose another one.", field="calls.team")
    if wanted.record and not any(text.strip() for text in wanted.notice.values()):
        raise Invalid("Say first that calls are recorded: that is what callers must hear.", field="calls.notice")
    return replace(
        wanted,
        greeting=_by_language(wanted.greeting, field="calls.greeting", longest=LONGEST_GREETING),
        notice=_by_language(wanted.notice, field="calls.notice", longest=LONGEST_GREETING),
        recognizers=_recognizers(wanted, known or CallSettings(), engines),
        speakers=_speakers(wanted, known or CallSettings(), engines),
        sounds=_sounds(tx, wanted, known or CallSettings(), abroad=engines is None),
    )


def _sounds(tx: Tx, wanted: CallSettings, known: CallSettings, *, abroad: bool) -> dict[str, dict[str, str]]:
    """Whoever changes something else isn't stopped by a sound that is gone. ``abroad``: they may be brought yet."""
    there = sounds.by_name(sounds.read(tx)) if wanted.sounds and not abroad else {}
    kept: dict[str, dict[str, str]] = {}
    for locale, chosen in wanted.sounds.items():
        before = known.sounds.get(locale, {})
        for prompt, name in chosen.items():
            field = f"calls.sounds.{locale[:10]}.{prompt[:40]}"
            if not _LOCALE.fullmatch(locale):
                raise Invalid(f"{locale[:20]!r} isn't a language. Languages are en, ru, …", field=field)
            if prompt not in PROMPTS:
                raise Invalid(sound_faults.PROMPT(prompt=prompt[:40]), field=field)
            if not abroad and name and before.get(prompt) != name:
                sound = there.get(sounds.key_of(name))
                if sound is None:
                    raise Invalid(sound_faults.UNKNOWN(name=name[:80]), field=field)
                if not sound.speaks(locale):
                    raise Invalid(sound_faults.LANGUAGE(name=sound.name, language=sound.locale), field=field)
            if name:
                kept.setdefault(locale, {})[prompt] = one_line(name)[: sounds.LONGEST_NAME]
    return kept


def _recognizers(
    wanted: CallSettings, known: CallSettings, engines: Mapping[str, Known] | None
) -> dict[str, tuple[str, ...]]:  # fmt: skip
    kept: dict[str, tuple[str, ...]] = {}
    for locale, names in wanted.recognizers.items():
        field = f"calls.recognizers.{locale}"
        _order(locale, names, field=field)
        for name in names:
            if engines is not None and name not in known.recognizers.get(locale, ()):
                one = _engine(engines, name, locale, field=field)
                if not one.hears:
                    raise Invalid(faults.HEARS_NOT(engine=name), field=field)
        if names:
            kept[locale] = names
    return kept


def _speakers(
    wanted: CallSettings, known: CallSettings, engines: Mapping[str, Known] | None
) -> dict[str, tuple[Speaker, ...]]:  # fmt: skip
    kept: dict[str, tuple[Speaker, ...]] = {}
    for locale, speakers in wanted.speakers.items():
        field = f"calls.speakers.{locale}"
        _order(locale, tuple(one.name for one in speakers), field=field)
        before = {one.name for one in known.speakers.get(locale, ())}
        for index, one in enumerate(speakers):
            new = engines if one.name not in before else None
            check_speaker(one, locale, new, at=f"{field}.{index}.")
        if speakers:
            kept[locale] = speakers
    return kept


def check_speaker(speaker: Speaker, locale: str, engines: Mapping[str, Known] | None, *, at: str = "") -> None:
    """``engines``: among which it must be, and speak this language; ``at``: where it stands in what was sent. Raises ``Invalid``."""
    if not _VOICE.fullmatch(speaker.voice):
        raise Invalid(faults.VOICE(), field=f"{at}voice")
    if not SLOWEST <= speaker.rate <= FASTEST:
        raise Invalid(faults.RATE(), field=f"{at}rate")
    if engines is not None and not _engine(engines, speaker.name, locale, field=f"{at}name").speaks:
        raise Invalid(faults.SPEAKS_NOT(engine=speaker.name), field=f"{at}name")


def _order(locale: str, names: tuple[str, ...], *, field: str) -> None:
    """What holds of any order of engines."""
    if not _LOCALE.fullmatch(locale):
        raise Invalid(f"{locale[:20]!r} isn't a language. Languages are en, ru, …", field=field[:60])
    if len(names) > MOST_ENGINES or len(set(names)) < len(names):
        raise Invalid(faults.ORDER(limit=MOST_ENGINES), field=field, limit=MOST_ENGINES)
    for name in names:
        if not _ENGINE.fullmatch(name):
            raise Invalid(faults.UNKNOWN(engine=name[:40]), field=field)


def _engine(engines: Mapping[str, Known], name: str, locale: str, *, field: str) -> Known:
    one = engines.get(name)
    if one is None:
        raise Invalid(faults.UNKNOWN(engine=name), field=field)
    if not one.knows(locale):
        raise Invalid(faults.LANGUAGE(engine=name, language=locale), field=field)
    return one


def _page(address: str) -> str:
    """What follows "#" is the link's own place."""
    if not address:
        return ""
    check_address(address, schemes=("https", "http"), field="page")
    if not urlsplit(address).hostname or "#" in address:
        raise Invalid("One is https://shop.example.com/help, without a #.", field="page")
    return address


def _telegram(wanted: TelegramSettings | None, known: TelegramSettings | None) -> TelegramSettings | None:
    """How a bot is reached; who it is, Telegram alone says."""
    if wanted is None:
        return known
    proxy = wanted.proxy.strip()
    if proxy:
        check_proxy(proxy)
    menu_url = wanted.menu_url.strip()
    if menu_url:
        check_address(menu_url, schemes=("https",), field="telegram.menu_url")
    who = known or TelegramSettings()
    return replace(
        wanted, bot_id=who.bot_id, username=who.username, name=who.name, proxy=proxy, menu_url=menu_url
    )  # fmt: skip


def check_proxy(proxy: str) -> None:
    """Raises ``Invalid``."""
    try:
        parts = urlsplit(proxy)
        fits = parts.scheme in PROXIES and bool(parts.hostname) and bool(parts.port) and proxy.isprintable()
    except ValueError:
        fits = False
    if not fits or len(proxy) > LONGEST_PROXY or parts.path.strip("/"):
        raise Invalid(
            "A proxy is written as socks5://host:1080 or http://user:password@host:3128.", field="telegram.proxy"
        )


def judge_origin(text: str) -> str:
    """``scheme://host[:port]`` of what a person typed: an address of a page does, too."""
    typed = text.strip()
    address = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(address)
        origin = origin_of(address)
        host = (
            (parts.hostname or "").encode("idna").decode() if not (parts.hostname or "").isascii() else parts.hostname
        )
    except ValueError as error:
        raise Invalid(
            f"{typed[:100]} isn't a page's address. One is https://shop.example.com.", field="origins"
        ) from error
    if (
        parts.scheme not in ("http", "https")
        or not host
        or not _HOST.fullmatch(host if ":" not in host else f"[{host}]")
    ):
        raise Invalid(f"{typed[:100]} isn't a page's address. One is https://shop.example.com.", field="origins")
    return origin.replace(parts.hostname or "", host) if parts.hostname != host else origin


def _starter(one: Starter) -> Starter:
    titles = {
        locale: name_of(title, field="starters")
        for locale, title in _by_language(one.titles, field="starters", longest=60).items()
    }
    if not titles:
        raise Invalid("A first button needs its words.", field="starters")
    payload = visible_text(one.payload)
    if not payload or len(payload) > 256:
        raise Invalid("Say what a first button stands for.", field="starters")
    return Starter(titles=titles, payload=payload)


def _consent(wanted: ConsentText) -> ConsentText:
    text = _by_language(wanted.text, field="consent.text", longest=LONGEST_CONSENT)
    version = one_line(wanted.version)
    if not text:
        raise Invalid("Write what people agree to, in one language at least.", field="consent.text")
    if not version or len(version) > LONGEST_VERSION:
        raise Invalid("Give the text a version, so that a changed one is asked for anew.", field="consent.version")
    return ConsentText(version=version, text=text)


def _invitations(wanted: tuple[InvitationRule, ...]) -> tuple[InvitationRule, ...]:
    if len(wanted) > MOST_INVITATIONS:
        raise Invalid(f"At most {MOST_INVITATIONS} invitations.", field="invitations", limit=MOST_INVITATIONS)
    if len({one.id for one in wanted}) < len(wanted):
        raise Invalid("Two invitations have one id.", field="invitations")
    return tuple(_invitation(one, f"invitations.{index}") for index, one in enumerate(wanted))


def _invitation(one: InvitationRule, field: str) -> InvitationRule:
    if not _ID.fullmatch(one.id):
        raise Invalid("An id is made of letters, digits, - and _.", field=f"{field}.id")
    text = _by_language(one.text, field=f"{field}.text", longest=LONGEST_INVITATION)
    if not text:
        raise Invalid("An invitation needs its words, in one language at least.", field=f"{field}.text")
    if not 0 <= one.after_seconds <= LONGEST_WAIT:
        raise Invalid("An invitation comes within an hour.", field=f"{field}.after_seconds", limit=LONGEST_WAIT)
    pages = one.pages.strip() or "*"
    if len(pages) > 200 or not pages.isprintable() or pages[0] not in "*/":
        raise Invalid("Say on which pages: *, or /plans/*.", field=f"{field}.pages")
    return InvitationRule(id=one.id, pages=pages, after_seconds=one.after_seconds, text=text)


def _by_language(texts: dict[str, str], *, field: str, longest: int) -> dict[str, str]:
    kept: dict[str, str] = {}
    for locale, text in texts.items():
        if not _LOCALE.fullmatch(locale):
            raise Invalid(f"{locale[:20]!r} isn't a language. Languages are en, ru, …", field=field)
        cleaned = visible_text(text)
        if len(cleaned) > longest:
            raise Invalid(f"This is too long: at most {longest} characters.", field=field, limit=longest)
        if cleaned:
            kept[locale] = cleaned
    return kept
