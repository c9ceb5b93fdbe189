"""How a picture is taken, and on what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent.parent
IMAGES = ROOT / "docs" / "img"
LIMIT = 300 * 1024
"""Bytes of a picture."""
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def picture(page: Page, name: str) -> None:
    """Writes the picture once everything is drawn and nothing moves any more."""
    page.mouse.move(1, 1)
    page.evaluate("document.fonts.ready")
    page.wait_for_load_state("networkidle")
    file = IMAGES / f"{name}.png"
    page.screenshot(path=file, animations="disabled", caret="hide")
    size = file.stat().st_size
    print(f"{file.relative_to(ROOT)}  {size / 1024:.0f} KiB", flush=True)
    if size > LIMIT:
        raise SystemExit(f"{file} is over {LIMIT // 1024} KiB.")


def drawn(page: Page) -> bytes:
    """A small receipt, as a customer would send it: PNG."""
    page.set_content(
        '<meta charset="utf-8"><body style="margin:0;font:15px/24px sans-serif"><div style="width:280px;padding:16px 20px;'
        'background:#fff;color:#222"><b>Lantern · receipt</b><br>3 November, 10:02 · ₽600<br>3 November, 10:03 · ₽600'
        '<hr style="border:0;border-top:1px dashed #999"><b>Total ₽1,200</b></div>'
    )
    return page.locator("div").screenshot()
