"""A browser's offer, judged once, and the answer to it (SDP: RFC 8866, 8829, 8839, 7587). No I/O.

One stream of sound each way: Opus, and telephone events for keys. What else a browser could send isn't for us.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import Literal, NoReturn

import msgspec

from channels.voice.keys import KEYS
from gateway.errors import Invalid

MAX_CHARACTERS = 20_000
MAX_LINES = 400
MAX_CANDIDATES = 16
"""So many ways to the browser are tried, the first of those that it names: each costs packets to an address that it chose."""
PROFILES = ("UDP/TLS/RTP/SAVPF", "RTP/SAVPF")
DIGESTS = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
"""Bytes of the digests that a certificate may be named by."""

_MEDIA = re.compile(r"m=([a-z]{1,20}) ([0-9]{1,5}) ([A-Z/]{1,30}) ([0-9 ]{1,300})")
_MID = re.compile(r"[A-Za-z0-9_.+-]{1,32}")
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")
_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31,63}")
_FOUNDATION = re.compile(r"[A-Za-z0-9+/]{1,32}")

Direction = Literal["sendrecv", "sendonly", "recvonly"]
REVERSED: dict[Direction, Direction] = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly"}


class Candidate(msgspec.Struct, frozen=True):
    """A way to one end over UDP. ``base``: behind which address of its own, where the kind isn't ``host``."""

    address: str
    port: int
    kind: str
    priority: int
    foundation: str
    base: tuple[str, int] | None = None


class Secrets(msgspec.Struct, frozen=True):
    """How one end is known: by its ICE name and password, and by digests of its certificate, (algorithm, hex with colons)."""

    name: str
    password: str
    fingerprints: tuple[tuple[str, str], ...]


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser offers. ``opus``, ``events``: payload types, the latter with their clock rates. ``direction``: as it says
    it, seen from there."""

    mid: str
    profile: str
    bundled: bool
    opus: int
    events: tuple[tuple[int, int], ...]
    direction: Direction
    secrets: Secrets
    candidates: tuple[Candidate, ...]


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What we answer with. ``session``: a number of its own; ``bitrate``: of what we want to get, bits a second."""

    session: int
    ssrc: int
    name: str
    bitrate: int
    secrets: Secrets
    candidates: tuple[Candidate, ...]


def judge(sdp: str) -> Offer:
    """Takes an offer apart. Raises ``Invalid``, with ``why`` it can't be answered."""
    if len(sdp) > MAX_CHARACTERS or sdp.count("\n") > MAX_LINES:
        refuse("too_large", "The offer is too large for a call with sound alone.")
    lines = sdp.replace("\r\n", "\n").split("\n")
    begins = [number for number, line in enumerate(lines) if line.startswith("m=")]
    if not lines or not lines[0].startswith("v=0") or not begins:
        refuse("not_sdp", "The offer is no session description.")
    if len(begins) > 1:
        refuse("not_sound", "A call has one stream of sound, and nothing else.")
    common, media = _Attributes(lines[: begins[0]]), _Attributes(lines[begins[0] :])
    line = _MEDIA.fullmatch(lines[begins[0]])
    if line is None or line[1] != "audio":
        refuse("not_sound", "A call has one stream of sound, and nothing else.")
    if line[3] not in PROFILES or not media.has("rtcp-mux") or common.has("ice-lite") or media.has("ice-lite"):
        refuse("not_webrtc", "The offer isn't one of a browser's peer connection.")
    formats = [int(number) for number in line[4].split()]
    clocks = {number: name for number, name in _formats(media) if number in formats}
    opus = [number for number in formats if clocks.get(number) == "opus/48000/2"]
    if not opus:
        refuse("no_opus", "The offer is without Opus, the codec that calls use.")
    mid = media.one("mid")
    if _MID.fullmatch(mid) is None:
        refuse("not_webrtc", "The offer doesn't name its stream.")
    return Offer(
        mid=mid, profile=line[3], bundled=any(mid in group.split()[1:] for group in common.all("group")),
        opus=opus[0], events=_events(formats, clocks), direction=_direction(common, media),
        secrets=_secrets(common, media), candidates=_candidates(media.all("candidate")),
    )  # fmt: skip


def answer(offer: Offer, terms: Terms) -> str:
    """The answer, whole: no candidate follows."""
    first = next((one for one in terms.candidates), None)
    version = "IP6" if first and ":" in first.address else "IP4"
    lines = [
        "v=0", f"o=- {terms.session} 1 IN IP4 0.0.0.0", "s=-", "t=0 0",
        *([f"a=group:BUNDLE {offer.mid}"] if offer.bundled else []),
        f"m=audio {first.port if first else 9} {offer.profile} {' '.join(map(str, (offer.opus, *dict(offer.events))))}",
        f"c=IN {version} {first.address if first else '0.0.0.0'}",
        "a=rtcp:9 IN IP4 0.0.0.0", "a=rtcp-mux", f"a=mid:{offer.mid}", f"a={REVERSED[offer.direction]}",
        f"a=msid:{terms.name} sound", f"a=ssrc:{terms.ssrc} cname:{terms.name}",
        f"a=rtpmap:{offer.opus} opus/48000/2",
        f"a=fmtp:{offer.opus} minptime=20;useinbandfec=1;usedtx=0;stereo=0;maxaveragebitrate={terms.bitrate};"
        "maxplaybackrate=16000;sprop-maxcapturerate=16000",
        "a=ptime:20", "a=maxptime:20",
        *(f"a=rtpmap:{number} telephone-event/{clock}" for number, clock in offer.events),
        *(f"a=fmtp:{number} 0-{len(KEYS) - 1}" for number, _ in offer.events),
        *(f"a=candidate:{_told(one)}" for one in terms.candidates), "a=end-of-candidates",
        f"a=ice-ufrag:{terms.secrets.name}", f"a=ice-pwd:{terms.secrets.password}",
        *(f"a=fingerprint:{algorithm} {digest}" for algorithm, digest in terms.secrets.fingerprints),
        "a=setup:active",
    ]  # fmt: skip
    return "\r\n".join(lines) + "\r\n"


def refuse(why: str, text: str) -> NoReturn:
    """Refuses an offer."""
    raise Invalid(text, field="sdp", why=why)


class _Attributes:
    """The attributes of a part of a description."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._pairs = [line[2:].strip().partition(":")[::2] for line in lines if line.startswith("a=")]

    def has(self, name: str) -> bool:
        return any(one == name for one, _ in self._pairs)

    def all(self, name: str) -> list[str]:
        return [value for one, value in self._pairs if one == name]

    def one(self, name: str) -> str:
        return next(iter(self.all(name)), "")


def _formats(media: _Attributes) -> list[tuple[int, str]]:
    maps = [value.split() for value in media.all("rtpmap")]
    return [(int(one[0]), one[1].lower()) for one in maps if len(one) == 2 and re.fullmatch(r"[0-9]{1,3}", one[0])]


def _events(formats: list[int], names: dict[int, str]) -> tuple[tuple[int, int], ...]:
    """Telephone events, on Opus's clock and on the telephone's: which one a browser uses is its own matter."""
    clocks = {"telephone-event/48000": 48_000, "telephone-event/8000": 8_000}
    return tuple((number, clocks[names[number]]) for number in formats if names.get(number) in clocks)[:2]


def _direction(common: _Attributes, media: _Attributes) -> Direction:
    for part in (media, common):
        for direction in REVERSED:
            if part.has(direction):
                return direction
        if part.has("inactive"):
            refuse("not_sound", "The offer's stream sounds neither way.")
    return "sendrecv"


def _secrets(common: _Attributes, media: _Attributes) -> Secrets:
    name, password = (media.one(what) or common.one(what) for what in ("ice-ufrag", "ice-pwd"))
    if _UFRAG.fullmatch(name) is None or _PASSWORD.fullmatch(password) is None:
        refuse("not_webrtc", "The offer's ICE name or password is missing or broken.")
    if (media.one("setup") or common.one("setup")) not in ("actpass", "passive"):
        refuse("not_webrtc", "The offer must leave the begin of encryption to us (a=setup:actpass).")
    told = [value.split() for value in media.all("fingerprint") or common.all("fingerprint")]
    known = tuple((one[0].lower(), one[1].upper()) for one in told if len(one) == 2 and one[0].lower() in DIGESTS)
    if not 0 < len(known) <= 4 or any(
        _FINGERPRINT.fullmatch(digest) is None or digest.count(":") + 1 != DIGESTS[algorithm]
        for algorithm, digest in known
    ):
        refuse("not_webrtc", "The offer's certificate isn't named by SHA-256, -384 or -512.")
    return Secrets(name, password, known)


def _candidates(lines: list[str]) -> tuple[Candidate, ...]:
    """The ways that can be tried. Names of the local network (``.local``) aren't asked for there: a browser that shows its
    microphone shows its addresses, and one that doesn't is met where its own checks come from."""
    found = (_candidate(line.split()) for line in lines)
    return tuple(one for one in found if one is not None)[:MAX_CANDIDATES]


def _candidate(words: list[str]) -> Candidate | None:
    if len(words) < 8 or words[1] != "1" or words[2].lower() != "udp" or words[6] != "typ":
        return None
    foundation, priority, address, port, kind = words[0], words[3], words[4], words[5], words[7]
    if kind not in ("host", "srflx", "relay") or _FOUNDATION.fullmatch(foundation) is None:
        return None
    if re.fullmatch(r"[0-9]{1,10}", priority) is None or re.fullmatch(r"[0-9]{1,5}", port) is None:
        return None
    try:
        place = ipaddress.ip_address(address)
    except ValueError:
        return None
    elsewhere = place.is_multicast or place.is_unspecified or (place.version == 4 and place.is_reserved)
    if elsewhere or getattr(place, "scope_id", None) or not 0 < int(port) < 65_536:
        return None
    return Candidate(str(place), int(port), kind, min(int(priority), 0xFFFFFFFF), foundation)


def _told(one: Candidate) -> str:
    base = f" raddr {one.base[0]} rport {one.base[1]}" if one.base else ""
    return f"{one.foundation} 1 udp {one.priority} {one.address} {one.port} typ {one.kind}{base}"
