"""The public page as HTML: the list, what was found, an article. Pure; everything that isn't ours is escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple
from urllib.parse import quote, urlencode

from gateway.language import snippet
from knowledge.markup import excerpt, to_html
from knowledge.page.colours import colours_of
from knowledge.page.phrases import LANGUAGES, say
from knowledge.search import Hit, Text
from knowledge.shelf import Catalogue

DESCRIPTION = 160
"""Characters of what search engines show."""


class Assets(NamedTuple):
    """Addresses of what comes along with every page."""

    style: str
    script: str


class Page(NamedTuple):
    """``style``: the source of the one style that stands in the page itself, for its content policy."""

    html: str
    style: str


class Frame(NamedTuple):
    """What all pages of a business share, in one language."""

    catalogue: Catalogue
    locale: str
    assets: Assets

    @property
    def root(self) -> str:
        return f"/help/{self.catalogue.business.slug}"

    def say(self, key: str, **values: str) -> str:
        return say(key, self.locale, **values)

    def address(self, of: str = "", **query: str) -> str:
        path = f"{self.root}/{quote(of)}" if of else self.root
        return escape(f"{path}?{urlencode({'lang': self.locale, **query})}")

    # --- pages ---

    def listing(self) -> Page:
        """Everything there is, by category."""
        texts = self.catalogue.of(self.locale)
        body = _categories(self, texts) if texts else f"<p>{escape(self.say('none'))}</p>"
        heading = escape(self.say("title", business=self.catalogue.business.named(self.locale)))
        return self._whole(
            heading, f'<h1>{heading}</h1><div id="found" aria-live="polite"></div><div id="all">{body}</div>'
        )

    def found(self, question: str, hits: Sequence[Hit]) -> Page:
        """What a search found; where it is nothing, everything there is below."""
        results = self.results(question, hits)
        rest = "" if hits else _categories(self, self.catalogue.of(self.locale))
        heading = escape(self.say("found" if hits else "found.none", question=question))
        return self._whole(
            heading, f'<div id="found" aria-live="polite">{results}</div><div id="all">{rest}</div>', question=question
        )  # fmt: skip

    def results(self, question: str, hits: Sequence[Hit], *, heading: str = "h1") -> str:
        """A piece of a page, under a heading of that level."""
        if not hits:
            said = escape(self.say("found.none", question=question))
            return f"<{heading}>{said}</{heading}><p>{escape(self.say('found.none.hint'))}</p>"
        items = "".join(
            f'<li><a href="{self._path(hit.text)}">{escape(hit.text.title)}</a>'
            f"<p>{''.join(_piece(one.text, mark=one.mark) for one in snippet(hit.text.said, hit.matches))}</p></li>"
            for hit in hits
        )
        said = escape(self.say("found", question=question))
        return f'<{heading}>{said}</{heading}><ol class="hits">{items}</ol>'

    def article(self, text: Text, *, said: bool) -> Page:
        """``said``: this browser has told whether it helped."""
        category = f" <span>{escape(text.category)}</span>" if text.category else ""
        body = (
            f'<nav class="trail"><a href="{self.address()}">{escape(self.say("all"))}</a>{category}</nav>'
            f"<article><h1>{escape(text.title)}</h1>{to_html(text.text)}</article>{self._helped(text, said=said)}"
        )
        return self._whole(escape(text.title), body, text=text)

    def message(self, key: str) -> Page:
        """That something isn't there, or has to wait."""
        heading = escape(self.say(key))
        more = f'<p><a href="{self.address()}">{escape(self.say("all"))}</a></p>'
        return self._whole(heading, f"<h1>{heading}</h1><p>{escape(self.say(f'{key}.hint'))}</p>{more}")

    # --- parts ---

    def _path(self, text: Text) -> str:
        return escape(f"{self.root}/{quote(text.address)}?lang={text.locale}")

    def _helped(self, text: Text, *, said: bool) -> str:
        if said:
            return f'<p class="helped" id="helped" role="status">{escape(self.say("helped.thanks"))}</p>'
        buttons = "".join(
            f'<button name="helped" value="{value}">{escape(self.say(f"helped.{value}"))}</button>'
            for value in ("yes", "no")
        )
        return (
            f'<form class="helped" id="helped" method="post" action="{self.address(text.address)}">'
            f"<h2>{escape(self.say('helped'))}</h2>{buttons}</form>"
        )

    def _languages(self, text: Text | None) -> str:
        there = self.catalogue.texts.get(text.address, {}) if text is not None else None
        of = quote(text.address) if text is not None else ""
        links = []
        for locale in self.catalogue.locales:
            shown = escape(LANGUAGES.get(locale, locale.upper()))
            place = of if there is None or locale in there else ""
            path = escape(f"{self.root}/{place}?lang={locale}" if place else f"{self.root}?lang={locale}")
            current = ' aria-current="true"' if locale == self.locale else ""
            links.append(f'<a href="{path}" lang="{locale}" hreflang="{locale}"{current}>{shown}</a>')
        if len(links) < 2:
            return ""
        return f'<nav class="languages" aria-label="{escape(self.say("languages"))}">{"".join(links)}</nav>'

    def _search(self, question: str) -> str:
        return (
            f'<form class="search" role="search" action="{self.root}"><input type="hidden" name="lang" value="{self.locale}">'
            f'<input type="search" name="q" maxlength="200" autocomplete="off" value="{escape(question)}"'
            f' aria-label="{escape(self.say("search"))}" placeholder="{escape(self.say("search.placeholder"))}">'
            f"<button>{escape(self.say('search.button'))}</button></form>"
        )

    def _whole(self, heading: str, body: str, *, question: str = "", text: Text | None = None) -> Page:
        business = escape(self.catalogue.business.named(self.locale))
        colours = colours_of(self.catalogue.business.color or "#0E6B68")
        style = (
            f":root{{--brand:{colours.brand};--on-brand:{colours.on_brand};"
            f"--brand-ink:light-dark({colours.light},{colours.dark})}}"
        )
        about = (
            f'<meta name="description" content="{escape(excerpt(text.said, DESCRIPTION))}">' if text is not None else ""
        )
        html = (
            f'<!doctype html>\n<html lang="{self.locale}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{heading}{'' if business in heading else f' — {business}'}</title>\n{about}\n"
            f'<link rel="icon" href="data:,">\n<style>{style}</style>\n<link rel="stylesheet" href="{self.assets.style}">\n'
            f'<script defer src="{self.assets.script}"></script>\n</head>\n<body>\n'
            f'<a class="skip" href="#content">{escape(self.say("skip"))}</a>\n'
            f'<header><div><a class="home" href="{self.address()}"><b>{business}</b> {escape(self.say("help"))}</a>'
            f"{self._languages(text)}</div>{self._search(question)}</header>\n"
            f'<main id="content" tabindex="-1">{body}</main>\n</body>\n</html>\n'
        )
        return Page(html, style)


def _categories(frame: Frame, texts: Iterable[Text]) -> str:
    grouped: dict[str, list[Text]] = {}
    for text in texts:
        grouped.setdefault(text.category, []).append(text)
    bare = grouped.pop("", [])
    named = [*grouped.items(), *([(frame.say("other") if grouped else "", bare)] if bare else [])]
    return "".join(
        f"<section>{f'<h2>{escape(category)}</h2>' if category else ''}<ul>"
        + "".join(f'<li><a href="{frame._path(text)}">{escape(text.title)}</a></li>' for text in found)
        + "</ul></section>"
        for category, found in named
    )


def _piece(text: str, *, mark: bool) -> str:
    return f"<mark>{escape(text)}</mark>" if mark else escape(text)


def content_policy(style: str) -> str:
    """Our own style and script, and nothing else from anywhere."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'sha256-{digest}'; img-src data:; connect-src 'self';"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
