"""Pictures that are drawn here."""

from __future__ import annotations


def qr_of(address: str) -> str:
    """An address as a QR code: inline SVG."""
    import segno

    return str(segno.make(address, error="m").svg_inline(scale=4, border=2))
