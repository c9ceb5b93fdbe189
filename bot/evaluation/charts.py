"""Figures as SVG, drawn with classes that the page colours in light and dark. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape

from bot.evaluation.results import Bin, Matrix, Point

Say = Callable[[str], str]
"""A word of the page's catalogue."""

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 12, 44
CELL = 15
LONGEST = 26
"""Letters of an intent's name beside the matrix."""


def curve(points: Sequence[Point], *, threshold: float, foreign: Sequence[float], say: Say) -> str:
    """Shares over the threshold, one upon the other; out of scope as a line of its own."""
    rightly = [(point[0], point[1]) for point in points]
    either = [(point[0], point[1] + point[2]) for point in points]
    parts = [
        _area("asked", [(0.0, 1.0), (1.0, 1.0)], either),
        _area("wrong", either, rightly),
        _area("answered", rightly, [(0.0, 0.0), (1.0, 0.0)]),
        _axes(say("threshold"), say("share")),
    ]
    if foreign:
        line = [(at / (len(foreign) - 1), share) for at, share in enumerate(foreign)]
        parts += [f'<polyline class="{kind}" points="{_points(line)}"/>' for kind in ("halo", "foreign")]
    x = _x(threshold)
    parts.append(f'<line class="now" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
    anchor, shift = ("end", -6) if threshold > 0.6 else ("start", 6)
    parts.append(
        f'<text class="label" x="{x + shift:.1f}" y="{TOP + 14}" text-anchor="{anchor}">{escape(say("now"))}: {threshold:g}</text>'
    )
    return _picture(say("curve"), parts)


def legend(say: Say, *, foreign: bool) -> str:
    names = ("answered", "wrong", "asked", *(("curve_foreign",) if foreign else ()))
    return (
        '<p class="legend">'
        + "".join(f'<span class="key {name}">{escape(say(name))}</span>' for name in names)
        + "</p>"
    )


def reliability(bins: Sequence[Bin], say: Say) -> str:
    """Bars of what was right over what was claimed; marks below as wide as a bin has messages."""
    most = max((one.messages for one in bins), default=0) or 1
    step = (WIDTH - LEFT - RIGHT) / len(bins)
    parts = [_axes(say("confidence"), say("right"))]
    for at, one in enumerate(bins):
        if not one.messages:
            continue
        x, top = LEFT + at * step, _y(one.right)
        told = f"{say('confidence')} {one.confidence:.2f}, {say('right')} {one.right:.2f}, {say('messages')}: {one.messages}"
        parts.append(
            f'<g><title>{escape(told)}</title><rect class="bar" x="{x + 3:.1f}" y="{top:.1f}" width="{step - 6:.1f}"'
            f' height="{HEIGHT - BOTTOM - top:.1f}"/>'
            f'<line class="claim" x1="{x + 3:.1f}" x2="{x + step - 3:.1f}" y1="{_y(one.confidence):.1f}" y2="{_y(one.confidence):.1f}"/></g>'
        )
        width = max(2.0, (step - 6) * one.messages / most)
        parts.append(
            f'<rect class="weight" x="{x + (step - width) / 2:.1f}" y="{HEIGHT - BOTTOM + 2}" width="{width:.1f}" height="5"/>'
        )
    parts.append(f'<line class="ideal" x1="{_x(0):.1f}" y1="{_y(0):.1f}" x2="{_x(1):.1f}" y2="{_y(1):.1f}"/>')
    return _picture(say("calibration"), parts)


def matrix(found: Matrix, say: Say) -> str:
    """A cell for each pair that occurs, its strength the share of its row."""
    count = len(found.intents)
    left = 8 + 7 * min(LONGEST, max((len(name) for name in found.intents), default=0))
    size = count * CELL
    parts = []
    for row, (name, counts) in enumerate(zip(found.intents, found.counts, strict=True)):
        parts.append(
            f'<text class="name" x="{left - 6}" y="{row * CELL + CELL - 4}" text-anchor="end">{escape(_cut(name))}</text>'
        )
        total = sum(counts) or 1
        for column, number in enumerate(counts):
            if number:
                told = f"{name} → {found.intents[column]}: {number}"
                kind = "good" if row == column else "bad"
                strength = 0.15 + 0.85 * number / total
                parts.append(
                    f'<rect class="{kind}" x="{left + column * CELL}" y="{row * CELL}" width="{CELL - 1}" height="{CELL - 1}"'
                    f' fill-opacity="{strength:.2f}"><title>{escape(told)}</title></rect>'
                )
    for column, name in enumerate(found.intents):
        x, y = left + column * CELL + CELL - 4, size + 6
        parts.append(
            f'<text class="name" transform="translate({x} {y}) rotate(-90)" text-anchor="end">{escape(_cut(name))}</text>'
        )
    frame = f'<rect class="frame" x="{left}" y="0" width="{size}" height="{size}"/>'
    return _picture(say("matrix"), [frame, *parts], width=left + size + 2, height=size + left + 2)


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"


def _picture(title: str, parts: Iterable[str], *, width: int = WIDTH, height: int = HEIGHT) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}" aria-label="{escape(title)}">'
        + "".join(parts)
        + "</svg>"
    )


def _axes(below: str, beside: str) -> str:
    lines = []
    for at in range(0, 11, 2):
        x, y = _x(at / 10), _y(at / 10)
        lines.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text class="tick" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{at * 10} %</text>')
        lines.append(
            f'<text class="tick" x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{at / 10:g}</text>'
        )
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    lines.append(f'<text class="axis" x="{middle:.0f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(below)}</text>')
    lines.append(f"<title>{escape(beside)}</title>")
    return "".join(lines)


def _area(kind: str, upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]]) -> str:
    return f'<polygon class="{kind}" points="{_points([*upper, *reversed(lower)])}"/>'


def _points(line: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in line)


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
