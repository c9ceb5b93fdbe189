"""An evaluation as one HTML file: no scripts, nothing fetched, light and dark, English or Russian. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from bot.evaluation import charts
from bot.evaluation.results import Evaluation, Figures, Foreign
from bot.evaluation.words import CATALOGUES

_STYLE = """
:root { color-scheme: light dark; --ground: #fbfaf8; --panel: #ffffff; --line: #ddd8d0; --text: #24211d; --meta: #6a645b;
  --teal: #0f766e; --red: #b42318; --grey: #c9c3b9; --amber: #9a5b00; }
@media (prefers-color-scheme: dark) { :root { --ground: #171513; --panel: #1f1c19; --line: #3a352f; --text: #ece7df;
  --meta: #a79f93; --teal: #3fb8ab; --red: #f0776c; --grey: #4b453e; --amber: #e0a84a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 16px 64px; max-width: 1000px; background: var(--ground); color: var(--text);
  font: 14px/20px Inter, system-ui, sans-serif; }
h1 { font-size: 24px; line-height: 32px; margin: 0 0 4px; } h2 { font-size: 18px; line-height: 24px; margin: 40px 0 4px; }
h3 { font-size: 15px; margin: 28px 0 4px; } p { margin: 0 0 12px; max-width: 75ch; } .meta { color: var(--meta); }
.tiles { display: flex; flex-wrap: wrap; gap: 8px; margin: 12px 0; padding: 0; list-style: none; }
.tiles li { border: 1px solid var(--line); border-radius: 8px; background: var(--panel); padding: 8px 12px; min-width: 150px; }
.tiles b { display: block; font-size: 22px; line-height: 28px; font-variant-numeric: tabular-nums; }
.tiles small { color: var(--meta); }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); padding: 12px;
  margin-bottom: 12px; }
svg { display: block; max-width: none; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
ul.plain { margin: 0; padding: 0; list-style: none; } summary { cursor: pointer; padding: 4px 0; }
text { fill: var(--meta); font-size: 12px; } text.name { font-size: 11px; } text.label { fill: var(--text); font-weight: 600; }
.grid { stroke: var(--line); stroke-opacity: .6; } .answered { fill: var(--teal); } .wrong { fill: var(--red); }
.asked { fill: var(--grey); } .now { stroke: var(--text); stroke-width: 2; }
.halo { fill: none; stroke: var(--panel); stroke-width: 6; } .foreign { fill: none; stroke: var(--amber); stroke-width: 2.5; stroke-dasharray: 6 4; }
.bar { fill: var(--teal); fill-opacity: .75; } .claim { stroke: var(--text); stroke-width: 2; } .weight { fill: var(--meta); }
.ideal { stroke: var(--meta); stroke-dasharray: 4 4; } .good { fill: var(--teal); } .bad { fill: var(--red); }
.frame { fill: none; stroke: var(--line); } .legend { display: flex; flex-wrap: wrap; gap: 4px 20px; }
.key::before { content: ""; display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-inline-end: 6px;
  vertical-align: -1px; background: currentColor; }
.key.answered { color: var(--teal); } .key.wrong { color: var(--red); } .key.asked { color: var(--meta); }
.key.curve_foreign { color: var(--amber); }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(found: Evaluation, locale: str) -> str:
    """The whole file."""
    return _Page(locale).whole(found)


class _Page:
    def __init__(self, locale: str) -> None:
        self._locale = locale if locale in CATALOGUES else "en"
        self._words = CATALOGUES[self._locale]

    def say(self, key: str, **values: str | int | float) -> str:
        return self._words[key].format(**values)

    def text(self, key: str, **values: str | int | float) -> str:
        return escape(self.say(key, **values))

    def whole(self, found: Evaluation) -> str:
        title = self.text("title", name=found.name)
        parts = [f"<h1>{title}</h1>", self._meta("about", intents=found.intents, examples=found.examples, seconds=f"{found.seconds:g}")]  # fmt: skip
        if found.held is not None:
            parts += self._measured("held", found.held, name=found.held_name)
        parts += self._measured("crossed", found.crossed)
        return (
            f'<!doctype html><html lang="{self._locale}"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
            f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
        )

    def _percent(self, share: float) -> str:
        told = f"{share * 100:.1f} %"
        return told.replace(".", ",") if self._locale == "ru" else told

    def _meta(self, key: str, **values: str | int | float) -> str:
        return f'<p class="meta">{self.text(key, **values)}</p>'

    def _measured(self, key: str, one: Figures, **values: str) -> list[str]:
        at = self.say("at", threshold=f"{one.threshold:g}")
        tiles = [
            ("accuracy", self._percent(one.accuracy), self.say("accuracy_about")),
            ("answered", self._percent(one.answered), at),
            ("wrong", self._percent(one.wrong), at),
            ("asked", self._percent(one.asked), at),
            ("ece", self._percent(one.ece), self.say("ece_about")),
        ]
        return [
            f"<section><h2>{self.text(key)}</h2>",
            self._meta(f"{key}_about", messages=one.messages, **values),
            self._tiles(tiles),
            *self._curve(one),
            *(self._foreign(one.foreign) if one.foreign is not None else ()),
            *self._reliability(one),
            *self._confusions(one),
            *self._matrix(one),
            *self._intents(one),
            "</section>",
        ]

    def _tiles(self, tiles: Iterable[tuple[str, str, str]]) -> str:
        told = (
            f"<li>{self.text(key)}<b>{escape(value)}</b><small>{escape(about)}</small></li>"
            for key, value, about in tiles
        )
        return f'<ul class="tiles">{"".join(told)}</ul>'

    def _head(self, key: str) -> str:
        return f"<h3>{self.text(key)}</h3>{self._meta(f'{key}_about')}"

    def _curve(self, one: Figures) -> list[str]:
        foreign = one.foreign.curve if one.foreign is not None else ()
        picture = charts.curve(one.curve, threshold=one.threshold, foreign=foreign, say=self.say)
        rows = [
            (f"{at:.3g}", *map(self._percent, shares), *([self._percent(foreign[n])] if foreign else []))
            for n, (at, *shares) in enumerate(one.curve)
        ]
        head = ("threshold", "answered", "wrong", "asked", *(("curve_foreign",) if foreign else ()))
        legend = charts.legend(self.say, foreign=bool(foreign))
        return [self._head("curve"), _scroll(picture + legend), self._details(self._table(head, rows))]

    def _foreign(self, one: Foreign) -> list[str]:
        tiles = [
            ("foreign_answered", self._percent(one.answered), ""),
            ("foreign_recall", self._percent(one.recall_at_5), ""),
            ("foreign_auroc", f"{one.auroc:.3f}", ""),
        ]
        parts = [
            f"<h3>{self.text('foreign')}</h3>",
            self._meta("foreign_about", messages=one.messages),
            self._tiles(tiles),
        ]
        if one.examples:
            parts += [self._meta("foreign_examples"), _scroll(self._table(("examples", "taken"), one.examples))]
        return parts

    def _reliability(self, one: Figures) -> list[str]:
        rows = [
            (f"{at / 10:g}–{(at + 1) / 10:g}", f"{b.messages}", self._percent(b.confidence), self._percent(b.right))
            for at, b in enumerate(one.bins)
            if b.messages
        ]
        table = self._table(("confidence", "messages", "confidence", "right"), rows)
        return [self._head("calibration"), _scroll(charts.reliability(one.bins, self.say)), self._details(table)]

    def _confusions(self, one: Figures) -> list[str]:
        if not one.confusions:
            return [self._head("confusions"), f"<p>{self.text('none')}</p>"]
        rows = [(c.truth, c.taken_for, str(c.count), "\n".join(c.examples)) for c in one.confusions]
        return [self._head("confusions"), _scroll(self._table(("meant", "taken", "count", "examples"), rows))]

    def _matrix(self, one: Figures) -> list[str]:
        found = one.matrix
        rows = [
            (name, found.intents[column], str(number))
            for name, counts in zip(found.intents, found.counts, strict=True)
            for column, number in enumerate(counts)
            if number
        ]
        cut = self._meta("matrix_cut") if found.cut else ""
        table = self._table(("meant", "taken", "count"), rows)
        return [self._head("matrix"), cut, _scroll(charts.matrix(found, self.say)), self._details(table)]

    def _intents(self, one: Figures) -> list[str]:
        rows = [
            (i.intent, self._percent(i.precision), self._percent(i.recall), self._percent(i.f1), str(i.examples))
            for i in sorted(one.intents, key=lambda i: (i.f1, i.intent))
        ]
        return [self._head("intents"), _scroll(self._table(("intent", "precision", "recall", "f1", "messages"), rows))]

    def _details(self, inner: str) -> str:
        return f"<details><summary>{self.text('table')}</summary>{_scroll(inner)}</details>"

    def _table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        numbers = frozenset(head) - {"intent", "meant", "taken", "examples"}
        titles = "".join(f"<th{_number(key in numbers)}>{self.text(key)}</th>" for key in head)
        body = "".join(
            "<tr>" + "".join(_cell(value, key in numbers) for key, value in zip(head, row, strict=True)) + "</tr>"
            for row in rows
        )
        return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"


def _number(is_number: bool) -> str:
    return ' class="number"' if is_number else ""


def _cell(value: str, is_number: bool) -> str:
    lines = value.split("\n")
    inner = escape(value) if len(lines) == 1 else '<ul class="plain">' + "".join(f'<li dir="auto">{escape(line)}</li>' for line in lines) + "</ul>"  # fmt: skip
    return f"<td{_number(is_number)}>{inner}</td>"


def _scroll(inner: str) -> str:
    return f'<div class="scroll">{inner}</div>'
