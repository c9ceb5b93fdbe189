"""Photos: what Telegram takes for one, and the sizes it makes of it."""

from __future__ import annotations

import struct
import zlib

from tests.support_edge.telegram.errors import bad_request
from tests.support_edge.telegram.world import Body, World


def judge(data: bytes) -> tuple[int, int]:
    """Width and height. "The photo's width and height must not exceed 10000 in total. Width and height ratio must be
    at most 20." Raises ``Refusal``.
    """
    size = dimensions(data)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = size
    if width + height > 10_000 or max(size) > 20 * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return size


def dimensions(data: bytes) -> tuple[int, int] | None:
    """Of a PNG, JPEG, GIF or WebP picture."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data[:3] == b"GIF" and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    if data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8X" and len(data) >= 30:
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8 " and len(data) >= 30:
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8L" and len(data) >= 25:
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return _jpeg(data) if data[:2] == b"\xff\xd8" else None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        mark, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None


def sizes(world: World, data: bytes, width: int, height: int) -> list[Body]:
    """The sizes of one photo, smallest first, each a file of its own."""
    made: list[Body] = []
    for most in (90, 320, 800, 1280):
        scale = min(1.0, most / max(width, height))
        size = {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}
        file = world.add_file(data, kind="photo", name="photo.jpg")
        file.body = {"sizes": made}
        made.append({"file_id": file.id, "file_unique_id": file.unique_id, "file_size": file.size, **size})
        if scale == 1.0:
            break
    return made


def png(width: int = 64, height: int = 48) -> bytes:
    """A small picture, grey."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\x00" + b"\x99" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
