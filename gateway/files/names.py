"""What a file is called and what it is: its name cleaned, its type read from its bytes. Nobody's word is taken for either."""

from __future__ import annotations

import unicodedata

import puremagic

HEAD = 8192
"""Bytes of a file that its type is read from."""
NAME_LENGTH = 120
UNKNOWN = "application/octet-stream"
_ZIP = b"PK\x03\x04"
_OGG = b"OggS"
_SPOKEN = (b"OpusHead", b"\x01vorbis", b"Speex   ")
_SURE = 0.9
"""How sure the library is where the name's own ending is among those that the bytes allow."""
_FORBIDDEN = frozenset('/\\:*?"<>|')


def clean_name(name: str, kind: str = "") -> str:
    """A name that any file system and any page can show: its last path segment, without control, bidirectional and
    reserved characters, at most ``NAME_LENGTH`` characters with its ending kept; never empty."""
    last = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    spaced = "".join(" " if ch.isspace() else ch for ch in last)
    kept = "".join(ch for ch in spaced if ch not in _FORBIDDEN and not unicodedata.category(ch).startswith("C"))
    kept = " ".join(kept.split()).strip(". ")
    if not kept:
        return "file" + _ending(kind)
    if len(kept) > NAME_LENGTH:
        stem, dot, ending = kept.rpartition(".")
        ending = dot + ending if stem and len(ending) <= 10 else ""
        kept = kept[: NAME_LENGTH - len(ending)].rstrip(". ") + ending
    return kept


def type_of(head: bytes, name: str) -> str:
    """The media type of what begins with ``head``. ``name`` decides only among types that the bytes allow."""
    if head.startswith(_OGG) and any(codec in head[:64] for codec in _SPOKEN):
        return "audio/ogg"  # RFC 5334: by its codec; the container alone says neither sound nor film
    try:
        best = puremagic.magic_string(head, name)[0]
    except (puremagic.PureError, ValueError):
        return "text/plain" if _is_text(head) else UNKNOWN
    if head.startswith(_ZIP) and best.confidence < _SURE:
        return "application/zip"  # all office formats begin like this; which one it is, nothing tells
    return best.mime_type or UNKNOWN


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # not just the last character, cut in its middle
            return False
        text = head[: error.start].decode("utf-8")
    return all(ch.isprintable() or ch in "\t\n\r\f" for ch in text)


def _ending(kind: str) -> str:
    return {
        "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "application/pdf": ".pdf",
        "video/mp4": ".mp4", "audio/ogg": ".ogg", "audio/mpeg": ".mp3",
    }.get(kind, "")  # fmt: skip
