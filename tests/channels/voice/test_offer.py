"""Offers: what a browser really sends is answered, whatever can't be is refused at the edge, whatever it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.voice.offer import MAX_CANDIDATES, Candidate, Secrets, Terms, answer, judge
from gateway.errors import Invalid

DIGEST = ":".join(["AB"] * 32)
CHROMIUM = f"""v=0
o=- 3546004397921447048 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS 4ee2ba3b-b3b2-4bd4-8cf9-9d9c6ae1f1ee
m=audio 49170 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 192.0.2.7
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1467250027 1 udp 2122260223 192.0.2.7 49170 typ host generation 0 network-id 1
a=candidate:435653019 1 tcp 1845501695 192.0.2.7 9 typ host tcptype active generation 0
a=candidate:842163049 1 udp 1677729535 203.0.113.9 49170 typ srflx raddr 192.0.2.7 rport 49170 generation 0
a=candidate:3348148302 1 udp 2122194687 3d9cb4a8-6b2f-4e31-a6e0-1d2b3b4f0c51.local 49171 typ host generation 0
a=ice-ufrag:sVoV
a=ice-pwd:YH8tGFxQhL7tTnWq6Vv1m0Rk
a=ice-options:trickle
a=fingerprint:sha-256 {DIGEST}
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=sendrecv
a=msid:4ee2ba3b-b3b2-4bd4-8cf9-9d9c6ae1f1ee 0b8cbf0b-1f2e-4c2d-b6a3-0d8a4fe0a3d1
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:2715382941 cname:QG2d8nq1rV7xv5Zx
""".replace("\n", "\r\n")
FIREFOX = f"""v=0
o=mozilla...THIS_IS_SDPARTA-99.0 861425730 0 IN IP4 0.0.0.0
s=-
t=0 0
a=fingerprint:sha-256 {DIGEST}
a=group:BUNDLE 0
a=ice-options:trickle
a=setup:actpass
m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101
c=IN IP4 0.0.0.0
a=candidate:0 1 UDP 2122252543 2001:db8::7 54321 typ host
a=recvonly
a=end-of-candidates
a=ice-pwd:0123456789abcdef0123456789abcdef
a=ice-ufrag:0a1b2c3d
a=mid:0
a=rtcp-mux
a=rtpmap:109 opus/48000/2
a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1
a=rtpmap:101 telephone-event/8000/1
""".replace("\n", "\r\n")
TERMS = Terms(
    session=7,
    ssrc=42,
    name="switchboard",
    bitrate=32_000,
    secrets=Secrets("ours", "o" * 22, (("sha-256", DIGEST),)),
    candidates=(
        Candidate("10.0.0.5", 40_000, "host", 2_130_706_431, "a1"),
        Candidate("198.51.100.4", 40_000, "srflx", 1_694_498_815, "b2", ("10.0.0.5", 40_000)),
    ),
)


def test_chromium_is_understood() -> None:
    offer = judge(CHROMIUM)
    assert (offer.mid, offer.bundled, offer.opus, offer.direction) == ("0", True, 111, "sendrecv")
    assert offer.events == ((110, 48_000), (126, 8_000))
    assert offer.secrets == Secrets("sVoV", "YH8tGFxQhL7tTnWq6Vv1m0Rk", (("sha-256", DIGEST),))
    assert [(one.address, one.kind) for one in offer.candidates] == [("192.0.2.7", "host"), ("203.0.113.9", "srflx")]


def test_firefox_is_understood() -> None:
    offer = judge(FIREFOX)
    assert (offer.opus, offer.direction, offer.secrets.name) == (109, "recvonly", "0a1b2c3d")
    assert [one.address for one in offer.candidates] == ["2001:db8::7"]


def test_answer_is_whole() -> None:
    told = answer(judge(CHROMIUM), TERMS).split("\r\n")
    assert told[-1] == "" and "m=audio 40000 UDP/TLS/RTP/SAVPF 111 110 126" in told
    for line in (
        "a=group:BUNDLE 0", "a=mid:0", "a=sendrecv", "a=rtcp-mux", "a=setup:active", "a=ptime:20", "a=maxptime:20",
        "a=rtpmap:111 opus/48000/2", "a=fmtp:126 0-11", "a=end-of-candidates", "a=ice-ufrag:ours",
        "a=candidate:a1 1 udp 2130706431 10.0.0.5 40000 typ host",
        "a=candidate:b2 1 udp 1694498815 198.51.100.4 40000 typ srflx raddr 10.0.0.5 rport 40000",
    ):  # fmt: skip
        assert line in told
    fmtp = next(line for line in told if line.startswith("a=fmtp:111"))
    assert "useinbandfec=1" in fmtp and "maxaveragebitrate=32000" in fmtp and "stereo=0" in fmtp


def test_listener_is_answered_by_a_speaker() -> None:
    assert "a=sendonly" in answer(judge(FIREFOX), TERMS)


def without(start: str) -> Callable[[str], str]:
    return lambda sdp: "\r\n".join(line for line in sdp.split("\r\n") if not line.startswith(start))


def instead(old: str, new: str) -> Callable[[str], str]:
    return lambda sdp: sdp.replace(old, new)


def more(text: str) -> Callable[[str], str]:
    return lambda sdp: sdp + text


HOSTILE: dict[str, tuple[Callable[[str], str], str]] = {
    "nothing": (lambda sdp: "", "not_sdp"),
    "no description": (lambda sdp: "hello", "not_sdp"),
    "a page": (lambda sdp: "<html>" * 100, "not_sdp"),
    "zeros": (lambda sdp: "\0" * 500, "not_sdp"),
    "no media": (lambda sdp: sdp.split("m=")[0], "not_sdp"),
    "too long": (more("a=x\r\n" * 399 + "a=" + "x" * 20_000), "too_large"),
    "too many lines": (more("a=x\r\n" * 500), "too_large"),
    "video too": (more("m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n"), "not_sound"),
    "two of sound": (more("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\n"), "not_sound"),
    "data alone": (
        instead("m=audio 49170 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126", "m=application 9 UDP/DTLS/SCTP 0"),
        "not_sound",
    ),
    "video alone": (instead("m=audio", "m=video"), "not_sound"),
    "broken media": (instead("m=audio 49170", "m=audio x"), "not_sound"),
    "endless formats": (instead("SAVPF 111", "SAVPF " + "1 " * 400), "not_sound"),
    "sounds neither way": (instead("a=sendrecv", "a=inactive"), "not_sound"),
    "plain RTP": (instead("UDP/TLS/RTP/SAVPF", "RTP/AVP"), "not_webrtc"),
    "no Opus": (instead("opus/48000", "pcm/48000"), "no_opus"),
    "Opus of no format": (instead("rtpmap:111", "rtpmap:99"), "no_opus"),
    "no maps": (without("a=rtpmap"), "no_opus"),
    "broken maps": (instead("a=rtpmap:111 opus/48000/2", "a=rtpmap:\r\na=rtpmap:x y\r\na=rtpmap:111"), "no_opus"),
    "RTCP apart": (without("a=rtcp-mux"), "not_webrtc"),
    "ice-lite": (instead("s=-", "s=-\r\na=ice-lite"), "not_webrtc"),
    "no name of the stream": (without("a=mid"), "not_webrtc"),
    "name with a line break": (instead("a=mid:0", "a=mid:0\x0bm=video"), "not_webrtc"),
    "no ICE name": (without("a=ice-ufrag"), "not_webrtc"),
    "no ICE password": (without("a=ice-pwd"), "not_webrtc"),
    "short ICE password": (instead("YH8tGFxQhL7tTnWq6Vv1m0Rk", "short"), "not_webrtc"),
    "ICE name of another kind": (instead("sVoV", "s V:V"), "not_webrtc"),
    "no certificate": (without("a=fingerprint"), "not_webrtc"),
    "MD5": (instead("sha-256", "md5"), "not_webrtc"),
    "short digest": (instead(DIGEST, "AB:CD"), "not_webrtc"),
    "digest of another size": (instead("sha-256", "sha-512"), "not_webrtc"),
    "five certificates": (more(f"a=fingerprint:sha-256 {DIGEST}\r\n" * 5), "not_webrtc"),
    "no role": (without("a=setup"), "not_webrtc"),
    "wants to begin itself": (instead("a=setup:actpass", "a=setup:active"), "not_webrtc"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_offer_is_refused(name: str) -> None:
    change, why = HOSTILE[name]
    with pytest.raises(Invalid) as refused:
        judge(change(CHROMIUM))
    assert refused.value.fields == {"field": "sdp", "why": why}


@pytest.mark.parametrize(
    "line",
    [
        "a=candidate:",
        "a=candidate:1 1 udp 1 192.0.2.1 5",
        "a=candidate:1 2 udp 1 192.0.2.1 5 typ host",
        "a=candidate:1 1 udp 1 192.0.2.1 0 typ host",
        "a=candidate:1 1 udp 1 192.0.2.1 99999 typ host",
        "a=candidate:1 1 udp -1 192.0.2.1 5 typ host",
        "a=candidate:1 1 udp 1 224.0.0.1 5 typ host",
        "a=candidate:1 1 udp 1 255.255.255.255 5 typ host",
        "a=candidate:1 1 udp 1 0.0.0.0 5 typ host",
        "a=candidate:1 1 udp 1 ff02::1 5 typ host",
        "a=candidate:1 1 udp 1 fe80::1%eth0 5 typ host",
        "a=candidate:1 1 udp 1 example.com 5 typ host",
        "a=candidate:1 1 udp 1 192.0.2.1 5 typ nonsense",
        "a=candidate:!! 1 udp 1 192.0.2.1 5 typ host",
    ],
)
def test_way_that_leads_nowhere_is_passed_over(line: str) -> None:
    assert judge(without("a=candidate")(CHROMIUM) + line + "\r\n").candidates == ()


def test_ways_are_bounded() -> None:
    many = "".join(f"a=candidate:{n} 1 udp 1 192.0.2.{n} 5 typ host\r\n" for n in range(1, 200))
    assert len(judge(CHROMIUM + many).candidates) == MAX_CANDIDATES


@given(st.text(max_size=300), st.integers(0, len(CHROMIUM)), st.integers(0, 60))
def test_broken_offer_is_refused_or_answered_in_whole_lines(noise: str, at: int, cut: int) -> None:
    try:
        offer = judge(CHROMIUM[:at] + noise + CHROMIUM[at + cut :])
    except Invalid:
        return
    assert all(line[1:2] == "=" for line in answer(offer, TERMS).splitlines())
