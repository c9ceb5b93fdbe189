"""The two streams of a call against each other, over a network that is made up: what is spoken is heard, and for how much delay.

The clock is virtual: a tick every 20 ms at each end, and packets that take as long as the test says.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import pytest

from channels.voice import jitter
from channels.voice.mixer import FRAME, SILENCE, Frame
from channels.voice.offer import Offer, Secrets
from channels.voice.rtp import Block, Rtp, Told, read, read_told
from channels.voice.stream import FADE, LEAST_LOSS, MOST_LOSS, PAUSE, REMINDER, Hearing, Speaking
from tests.support.voices import frames, joined, likeness, speech

OPUS, EVENTS = 111, 126
OFFER = Offer(
    mid="0", profile="UDP/TLS/RTP/SAVPF", bundled=True, opus=OPUS, events=((EVENTS, 8_000),), direction="sendrecv",
    secrets=Secrets("name", "p" * 22, ()), candidates=(),
)  # fmt: skip
SETTINGS = jitter.Settings(ceiling=200, capacity=64)
Network = Callable[[int], Sequence[int]]
"""From a packet's number to the ways it takes, in milliseconds: none where it is lost, two where it comes twice."""


def speaking() -> Speaking:
    return Speaking(OPUS, bitrate=32_000, complexity=1)


def over(
    network: Network, said: Sequence[Frame], *, speaker: Speaking | None = None, hearing: Hearing | None = None
) -> tuple[Hearing, list[Frame | None], list[int]]:
    """Says it over a network: who hears, what is heard each 20 ms, and the delay at each tick."""
    speaker, hearing = speaker or speaking(), hearing or Hearing(OFFER, SETTINGS)
    arrivals: list[tuple[int, int, bytes]] = []
    heard: list[Frame | None] = []
    delays = []
    for number, frame in enumerate(said):
        at = number * 20
        packet = speaker.give(frame, at)
        if packet is not None:
            arrivals += [(at + way, number, packet) for way in network(number)]
        arrivals.sort(key=lambda one: one[:2])
        while arrivals and arrivals[0][0] <= at:
            came, _, datagram = arrivals.pop(0)
            opened = read(datagram)
            assert opened is not None
            hearing.put(opened, came)
        heard.append(hearing.take(at + 13))
        delays.append(hearing.delay)
    return hearing, heard, delays


def even(number: int) -> list[int]:
    return [40]


def rough(*, loss: float, spread: int, twice: float = 0.0, seed: int = 5) -> Network:
    """A network that loses, delays (and so reorders) and repeats, the same way each time."""
    dice = random.Random(seed)

    def network(number: int) -> list[int]:
        if dice.random() < loss:
            return []
        ways = [40 + round(spread * dice.random() ** 3)]
        return [*ways, *([ways[0] + 15] if dice.random() < twice else [])]

    return network


def said(seconds: int = 16) -> list[Frame]:
    spoken = frames(speech())
    return [spoken[number % len(spoken)] for number in range(seconds * 50)]


def test_even_network_brings_every_frame_in_its_order() -> None:
    words = said()
    hearing, heard, delays = over(even, words)
    assert hearing.counts.played > len(words) - 6 and hearing.counts.concealed <= 3
    assert likeness(speech(), joined(heard))[0] > 0.97
    assert max(delays) <= 44


@pytest.mark.parametrize(
    ("network", "played", "alike", "delay"),
    [
        pytest.param({"loss": 0.03, "spread": 0}, 0.95, 0.95, 44, id="3 % lost"),
        pytest.param({"loss": 0.10, "spread": 0}, 0.87, 0.90, 44, id="10 % lost"),
        pytest.param({"loss": 0.03, "spread": 40, "twice": 0.1}, 0.93, 0.93, 100, id="3 % lost, reordered, repeated"),
        pytest.param({"loss": 0.10, "spread": 200, "twice": 0.1}, 0.82, 0.88, 240, id="10 % lost, 200 ms of jitter"),
    ],
)
def test_rough_network_leaves_speech_that_can_be_understood(
    network: dict[str, float], played: float, alike: float, delay: int
) -> None:
    words = said()
    hearing, heard, delays = over(rough(**network), words)  # type: ignore[arg-type]
    assert hearing.counts.played > played * len(words)
    assert hearing.counts.played + hearing.counts.concealed > 0.97 * len(words)
    assert likeness(speech(), joined(heard))[0] > alike
    assert max(delays) <= delay


def test_delay_of_a_rough_stretch_does_not_stay() -> None:
    bad = rough(loss=0.10, spread=200)
    _, _, delays = over(lambda number: bad(number) if 200 <= number < 500 else even(number), said(30))
    assert max(delays[250:500]) > 100
    assert max(delays[1_000:]) <= 44


def test_one_lost_packet_leaves_no_delay() -> None:
    _, _, delays = over(lambda number: [] if number == 100 else [40], said(5))
    assert set(delays[5:90]) == set(delays[105:])


def test_repair_brings_back_what_was_lost() -> None:
    """With loss told, each packet carries the frame before it: what is heard is nearer to what was said than made-up sound."""
    words = said(8)

    def lossy(number: int) -> list[int]:
        return [] if number % 10 == 9 else [40]

    def alike(told: bool) -> float:
        speaker = speaking()
        if told:
            speaker.hear(lost(speaker, 0.1))
        else:
            speaker._encoder.expect_loss(0)
        return likeness(speech(), joined(over(lossy, words, speaker=speaker)[1]))[0]

    assert alike(told=True) > alike(told=False)


def lost(speaker: Speaking, share: float) -> Told:
    return Told(None, (Block(speaker.ssrc, round(share * 256), 0, 0, 0, 0, 0),))


def test_told_loss_is_repaired_more_and_slowly_less_again() -> None:
    speaker = speaking()
    percents = []
    for share in (0.0, 0.2, 0.9, 0.0, 0.0):
        speaker.hear(lost(speaker, share))
        percents.append(speaker._loss)
    assert percents == [LEAST_LOSS, 20, MOST_LOSS, MOST_LOSS - 2, MOST_LOSS - 4]
    speaker.hear(Told(None, (Block(1, 255, 0, 0, 0, 0, 0),)))  # another stream's
    assert speaker._loss == MOST_LOSS - 4


def test_silence_fades_and_then_costs_a_packet_now_and_then() -> None:
    speaker = speaking()
    sent = [speaker.give(frame, number * 20) for number, frame in enumerate([*said(1), *[SILENCE] * 200])]
    silent = [read(packet) for packet in sent[50 + FADE :] if packet is not None]
    assert len(silent) == -(-(200 - FADE) // REMINDER)
    assert all(packet is not None and packet.payload == PAUSE for packet in silent)


def test_speech_after_silence_is_marked_and_in_its_place() -> None:
    speaker = speaking()
    words = [*said(1), *[SILENCE] * 100, *said(1)]
    sent = [
        packet
        for number, frame in enumerate(words)
        if (made := speaker.give(frame, number * 20)) and (packet := read(made))
    ]
    marked = [packet for packet in sent if packet.marker]
    assert len(marked) == 2
    assert (marked[1].timestamp - marked[0].timestamp) % 2**32 == 150 * 960
    assert [(packet.sequence - sent[0].sequence) % 2**16 for packet in sent] == list(range(len(sent)))


def test_pause_of_silence_is_heard_as_silence_and_the_speech_after_it_whole() -> None:
    words = [*frames(speech()), *[SILENCE] * 150, *frames(speech()), *[SILENCE] * 10]
    hearing, heard, _ = over(even, words)
    alike, _ = likeness(speech(), joined(heard[len(frames(speech())) + 75 :]))
    assert alike > 0.95 and hearing.counts.late == 0
    pause = joined(heard[len(frames(speech())) + 40 : len(frames(speech())) + 140])
    assert int(np.abs(pause).max()) < 100


def test_pause_of_ours_is_a_gap_and_no_delay() -> None:
    speaker = speaking()
    first, second = speaker.give(said()[0], 0), speaker.give(said()[1], 400)
    assert first is not None and second is not None
    one, two = read(first), read(second)
    assert one is not None and two is not None and (two.timestamp - one.timestamp) % 2**32 == 20 * 960


def test_two_frames_of_one_tick_have_places_of_their_own() -> None:
    speaker = speaking()
    made = [read(packet) for _ in range(3) if (packet := speaker.give(said()[0], 0))]
    assert len({packet.timestamp for packet in made if packet}) == 3


def test_packet_of_three_frames_is_played_whole() -> None:
    from channels.voice.opus import Encoder

    encoder = Encoder(bitrate=32_000, complexity=1)
    payloads = [encoder.encode(frame) for frame in said(2)]
    hearing = Hearing(OFFER, SETTINGS)
    heard = 0
    for number in range(90):
        if number % 3 == 0:
            each = payloads[number]
            several = bytes([each[0] | 3, 3]) + each[1:] * 3  # code 3, three frames of one size
            hearing.put(Rtp(OPUS, number // 3, number * 960, 1, several), number * 20)
        heard += hearing.take(number * 20 + 13) is not None
    assert heard > 84


def test_what_waits_is_what_is_heard_next() -> None:
    hearing, speaker = Hearing(OFFER, jitter.Settings(floor=60)), speaking()
    seen: list[Frame] = []
    for number, frame in enumerate(said(1)):
        packet = speaker.give(frame, number * 20)
        assert packet is not None
        opened = read(packet)
        assert opened is not None
        hearing.put(opened, number * 20)
        heard = hearing.take(number * 20 + 13)
        if heard is not None:
            assert np.array_equal(heard, seen[0])
        seen = hearing.ahead()
    assert hearing.counts.played == 50 - 3 and len(seen) == 3


def test_junk_is_silence() -> None:
    hearing = Hearing(OFFER, SETTINGS)
    dice = random.Random(3)
    for number in range(200):
        hearing.put(Rtp(OPUS, number, number * 960, 1, dice.randbytes(dice.randint(0, 300))), number * 20)
        frame = hearing.take(number * 20 + 13)
        assert frame is None or frame.size == FRAME


def test_keys_among_sound_are_told_once() -> None:
    hearing = Hearing(OFFER, SETTINGS)
    press = [Rtp(EVENTS, number, 960, 1, bytes((7, 0, 0, 160))) for number in range(6)]
    assert [hearing.put(packet, 0) for packet in press] == ["7", None, None, None, None, None]
    assert hearing.put(msgspec.structs.replace(press[0], payload_type=99), 0) is None


def test_report_says_what_was_sent_and_heard() -> None:
    speaker = speaking()
    hearing, _, _ = over(rough(loss=0.2, spread=0), said(2), speaker=speaker)
    told = read_told(speaker.report("switchboard", 0x11112222_33334444, hearing.block(2_000)))
    assert told is not None and told.sent == 0x22223333
    assert told.blocks[0].ssrc == speaker.ssrc and 20 < told.blocks[0].lost < 90
