"""Pictures that are drawn here."""

from __future__ import annotations

import io


def qr_of(address: str) -> str:
    """An address as a QR code: SVG that can stand in a page, or be an image of its own."""
    import segno

    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", xmldecl=False, nl=False, scale=4, border=2)
    return drawn.getvalue().decode()
