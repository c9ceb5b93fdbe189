"""A brand's colour as a page may use it: made readable, contrast by WCAG 2 (as the widget does it). Pure."""

from __future__ import annotations

from typing import NamedTuple

Rgb = tuple[int, int, int]

WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (0, 0, 0)
INK: Rgb = (27, 23, 20)
LIGHT: Rgb = (254, 253, 251)
DARK: Rgb = (34, 30, 26)
AA = 4.5


class Colours(NamedTuple):
    """``brand``: as a surface; ``on_brand``: words on it; ``light``, ``dark``: the brand as words on a light and a dark
    surface, moved as far as it must be."""

    brand: str
    on_brand: str
    light: str
    dark: str


def colours_of(hex_colour: str) -> Colours:
    """``hex_colour``: ``#rrggbb``."""
    brand = parse(hex_colour)
    on_brand = WHITE if contrast(brand, WHITE) >= AA else BLACK  # one of the two always is
    readable = _readable(brand, LIGHT, INK), _readable(brand, DARK, WHITE)
    return Colours(_css(brand), _css(on_brand), *map(_css, readable))


def parse(hex_colour: str) -> Rgb:
    digits = hex_colour.lstrip("#")
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def contrast(one: Rgb, other: Rgb) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Rgb) -> float:
    r, g, b = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (v / 255 for v in colour)
    )
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _readable(colour: Rgb, surface: Rgb, towards: Rgb) -> Rgb:
    for step in range(11):
        tried = _mixed(colour, towards, step / 10)
        if contrast(tried, surface) >= AA:
            return tried
    return towards


def _mixed(colour: Rgb, towards: Rgb, share: float) -> Rgb:
    r, g, b = (round(one + (other - one) * share) for one, other in zip(colour, towards, strict=True))
    return r, g, b


def _css(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
