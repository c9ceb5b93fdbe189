"""Addresses as they are dictated: sites by their host, e-mails, phone numbers in groups, addresses in a network. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from speech.numbers import cardinal, digits

_DOT = {"ru": "точка", "en": "dot"}
_MARKS = {
    "ru": {"@": "собака", ".": "точка", "_": "нижнее подчёркивание", "-": "дефис", "+": "плюс", "%": "процент"},
    "en": {"@": "at", ".": "dot", "_": "underscore", "-": "dash", "+": "plus", "%": "percent"},
}
_PLUS = {"ru": "плюс", "en": "plus"}
_ON_SITE = {"ru": "на сайте", "en": "at"}
_LABEL = r"[a-z0-9а-яё](?:[a-z0-9а-яё-]*[a-z0-9а-яё])?"
_HOST = rf"(?:{_LABEL}\.)+(?:[a-z]{{2,}}|рф)"
_URL = re.compile(
    r"(?:https?|ftp)://(?P<rest>[^\s<>\"«»]+)|(?<![^\W_])(?:tel|mailto):(?P<contact>[^\s<>\"«»]+)",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?<![\w@./-])(?:www\.)?(?P<host>{_HOST})(?![\w@-])(?:[/?#][^\s<>\"«»]*)?", re.IGNORECASE)
_EMAIL = re.compile(rf"(?<![\w.+-])[a-z0-9а-яё_][a-z0-9а-яё._%+-]{{0,63}}@{_HOST}(?![\w-])", re.IGNORECASE)
_NETWORK = re.compile(r"(?<![\d.])(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)(?::\d+|/\d+)?")
_PHONE = re.compile(r"(?<![\w.,])(?:\+[ ]?)?\(?\d(?:[ \u00a0()\-–‑]{0,3}\d){6,14}(?![\w])")
_LOCAL = re.compile(r"(?<![\w.,(-])(?<!\d )(?<!\) )\d{3}[-–‑](?:\d{2}[-–‑]\d{2}|\d{4})(?![\w-])")
_TAIL = ".,;:!?)…"


def site(url: str, language: str) -> str:
    """The host of an address: "lantern dot example"; the number or the mailbox of a ``tel:`` or ``mailto:`` link."""
    scheme, _, rest = url.partition(":")
    if scheme.lower() == "tel":
        return phone(rest, language)
    if scheme.lower() == "mailto":
        return email(rest.partition("?")[0], language)
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return _host(host, language)


def link(words: str, url: str, language: str) -> str:
    """Named words and where they lead: "тарифы на сайте lantern точка example"."""
    address = site(url, language)
    scheme = url.partition(":")[0].lower()
    if not address or any(mark in words for mark in "@/") or _BARE.search(words):
        return words
    if scheme in ("tel", "mailto"):
        return words if any(mark.isdecimal() for mark in words) else f"{words}: {address}"
    return f"{words} {_ON_SITE[language]} {address}"


def with_contacts(text: str, language: str) -> str:
    """The text with every address in it as it is dictated."""
    text = _URL.sub(lambda found: _linked(found, language), text)
    text = _EMAIL.sub(lambda found: email(found[0], language), text)
    text = _NETWORK.sub(lambda found: _network(found, language), text)
    text = _BARE.sub(lambda found: _host(found["host"], language) + _tail(found[0]), text)
    text = _LOCAL.sub(lambda found: phone(found[0], language), text)
    return _PHONE.sub(lambda found: _phone(found, language), text)


def email(address: str, language: str) -> str:
    """Such as "hello собака lantern точка example"."""
    marks = _MARKS[language]
    spoken = re.sub(r"[@._%+-]", lambda found: f" {marks[found[0]]} ", address.lower())
    spoken = re.sub(r"\d+", lambda found: f" {digits(found[0], language)} ", spoken)
    return " ".join(spoken.split())


def phone(written: str, language: str) -> str:
    """A number in the groups in which it was written; in Russian a group is a number, in English single digits."""
    groups = re.findall(r"\d+", written)
    whole = "".join(groups)
    if len(groups) == 1 or max(map(len, groups), default=0) > 4:
        groups = _regroup(whole)
    spoken = [_group(group, language) for group in groups]
    plus = f"{_PLUS[language]} " if "+" in written and spoken else ""
    return plus + ", ".join(spoken)


def _regroup(whole: str) -> list[str]:
    """From the end: pairs, before them threes."""
    if len(whole) < 10:
        return [whole[at : at + 2] for at in range(0, len(whole), 2)]
    area = whole[:-10]
    return [part for part in (area, whole[-10:-7], whole[-7:-4], whole[-4:-2], whole[-2:]) if part]


def _group(group: str, language: str) -> str:
    if language != "ru":
        return digits(group, language)
    if len(group) == 4:
        return f"{_group(group[:2], language)} {_group(group[2:], language)}"
    zeros = len(group) - len(group.lstrip("0"))
    if zeros == len(group) or len(group) > 4:
        return digits(group, language)
    return f"{digits('0' * zeros, language)} {cardinal(int(group), language)}".strip()


def _phone(found: re.Match[str], language: str) -> str:
    written = found[0]
    count = sum(mark.isdecimal() for mark in written)
    groups = re.findall(r"\d+", written)
    marked = written.startswith("+") or "(" in written or any(mark in "-–‑" for mark in written)
    if 10 <= count <= 13 and (marked or (count == 11 and written[0] in "78")):
        sums = len(groups) > 1 and all(len(group) == 3 for group in groups[1:]) and not marked
        return written if sums else phone(written, language)
    return written


def _linked(found: re.Match[str], language: str) -> str:
    url = found[0].rstrip(_TAIL)
    lead = " " if found.string[found.start() - 1 : found.start()].isalnum() else ""
    return lead + site(url, language) + found[0][len(url) :]


def _tail(written: str) -> str:
    return written[len(written.rstrip(_TAIL)) :]


def _host(host: str, language: str) -> str:
    spoken = host.lower().removeprefix("www.").strip(".")
    spoken = re.sub(r"\d+", lambda found: f" {digits(found[0], language)} ", spoken.replace(".", f" {_DOT[language]} "))
    return " ".join(spoken.split())


def _network(found: re.Match[str], language: str) -> str:
    if any(int(part) > 255 for part in found.groups()):
        return found[0]
    return f" {_DOT[language]} ".join(cardinal(int(part), language) for part in found.groups())
