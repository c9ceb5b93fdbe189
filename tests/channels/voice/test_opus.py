"""libopus through our own thin binding: sound there and back, what is lost, and what is no Opus."""

from __future__ import annotations

import numpy as np
import pytest

from channels.voice.mixer import FRAME, SILENCE, Frame
from channels.voice.opus import Decoder, Encoder

PITCH = 400
"""Hertz."""


def tone(number: int) -> Frame:
    """Frame so-and-so of a tone."""
    at = np.arange(number * FRAME, (number + 1) * FRAME)
    return (8_000 * np.sin(2 * np.pi * PITCH * at / 16_000)).astype(np.int16)


def pitch(frames: list[Frame]) -> float:
    sound = np.concatenate(frames)
    return float(np.argmax(np.abs(np.fft.rfft(sound * np.hanning(sound.size)))) * 16_000 / sound.size)


def encoder(loss: int = 10) -> Encoder:
    made = Encoder(bitrate=32_000, complexity=1)
    made.expect_loss(loss)
    return made


def packets(frames: int, *, loss: int = 10) -> list[bytes]:
    made = encoder(loss)
    return [made.encode(tone(number)) for number in range(frames)]


def decoded(decoder: Decoder, payload: bytes) -> Frame:
    sound = decoder.decode(payload)
    assert sound is not None
    return sound


def test_what_was_encoded_is_heard_again() -> None:
    decoder = Decoder()
    heard = [decoded(decoder, payload) for payload in packets(50)]
    assert all(frame.shape == (FRAME,) and frame.dtype == np.int16 for frame in heard)
    assert abs(pitch(heard[10:]) - PITCH) < 5


def test_lost_frame_is_heard_from_the_packet_after_it() -> None:
    sent = packets(30, loss=25)
    with_repair, without = Decoder(), Decoder()
    for payload in sent[:20]:
        decoded(with_repair, payload), decoded(without, payload)
    whole = Decoder()
    meant = [decoded(whole, payload) for payload in sent[:21]][20].astype(float)
    repaired, made_up = with_repair.conceal(sent[21]), without.conceal(None)
    assert repaired is not None and made_up is not None and repaired.size == made_up.size == FRAME
    assert np.corrcoef(repaired, meant)[0, 1] > 0.9


def test_what_is_made_up_fades() -> None:
    decoder = Decoder()
    for payload in packets(20):
        decoded(decoder, payload)
    loud = [int(np.abs(made).max()) for _ in range(12) if (made := decoder.conceal(None)) is not None]
    assert len(loud) == 12 and loud[-1] < loud[0] / 4


def test_what_comes_can_be_looked_at_and_is_heard_as_if_it_had_not_been() -> None:
    sent = packets(30)
    looking, plain = Decoder(), Decoder()
    for payload in sent[:20]:
        decoded(looking, payload), decoded(plain, payload)
    seen = looking.ahead(sent[20:23])
    assert len(looking.ahead([sent[20], b"", sent[21]])) == 1, "as far as it is Opus"
    assert looking.ahead([]) == []
    for payload, frame in zip(sent[20:23], seen, strict=True):
        heard = decoded(looking, payload)
        assert np.array_equal(heard, frame) and np.array_equal(heard, decoded(plain, payload))


def test_packet_of_several_frames_is_decoded_whole() -> None:
    single = [payload for payload in packets(12)][-1]
    double = bytes([single[0] | 1]) + single[1:] * 2  # code 1: two frames of the same size (RFC 6716, 3.2.2)
    assert decoded(Decoder(), double).size == 2 * FRAME


@pytest.mark.parametrize("payload", [b"", b"\xff\xff\xff", b"\x03", b"\xfb\x3f" + b"\xff" * 1_400])
def test_what_is_no_opus_is_none(payload: bytes) -> None:
    decoder = Decoder()
    assert decoder.decode(payload) is None
    assert decoded(decoder, packets(1)[0]).size == FRAME


def test_silence_takes_few_bytes() -> None:
    made = encoder()
    assert max(len(made.encode(SILENCE)) for _ in range(20)) < 30
