"""pocketsphinx in a process of its own (``speech.worker``)."""

from __future__ import annotations

import math
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pocketsphinx

from gateway.errors import SpeechUnavailable
from gateway.ports import Heard, Hints, Word
from speech.frames import FRAME_BYTES, FRAME_MS, RATE
from speech.sphinx import LOCALES
from speech.sphinx.confidence import Spoken, confidence, evidence, fits
from speech.sphinx.grams import arpa
from speech.sphinx.lexicon import lexicon
from speech.sphinx.phrases import COURTESIES, Book, grammar

MODEL = Path(pocketsphinx.__file__).parent / "model" / "en-us"
_DICTIONARY = MODEL / "cmudict-en-us.dict"
_MODELS, _DECODERS = 24, 8
"""Language models kept, and decoders for the next callers: these have 8 MB each."""
_PARTIAL_MS = 200
_LONGEST_MS = 30_000
"""Of a stretch of speech; a longer one is understood in pieces."""
_BEFORE = 15
"""Frames before the first voice that belong to it."""
_VOICED, _OF = 3, 6
"""Frames with voice, of so many, that begin a stretch."""
_FLOOR = 60.0
"""Noise that is laid under all sound. The model knows no digital silence, and loses the words beside it."""
_WEIGHT = 9.0
"""Of the language model."""
_WIDE = {"beam": 1e-64, "wbeam": 1e-44, "pbeam": 1e-64}
"""How far behind the best a guess may be and is still followed: further than usual, where sounds fit badly."""


_Key = tuple[str, str, int]
"""Language, version and digest of the phrases."""


class Built(msgspec.Struct, frozen=True):
    """A language model (ARPA) and its dictionary, as files have them, and the phrases from which they are. ``model``: "" where nothing
    but whole phrases is expected: by another language's sounds loose words are too much alike."""

    model: str
    dictionary: str
    book: Book


class Sphinx:
    """A ``speech.engine.Engine``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._built: dict[_Key, Built | None] = {}
        self._free: list[tuple[_Key, Any]] = []

    def listen(self, locale: str, hints: Hints) -> SphinxEar:
        """As ``Engine``."""
        language = locale.partition("-")[0]
        if language not in LOCALES:
            raise SpeechUnavailable(f"pocketsphinx doesn't know {locale!r}.")
        if not hints.phrases and language != "en":
            raise SpeechUnavailable("pocketsphinx understands Russian only by a bot's phrases: train one.")
        # By the phrases themselves, too: nobody is ever understood by another business's.
        key = (language, hints.version, hash(hints.phrases))
        with self._lock:
            built = self._of(key, hints)
            decoder = self._taken(key)
        if decoder is None:
            decoder = make_decoder(built)
        return SphinxEar(decoder, built.book if built is not None else None, lambda: self._give_back(key, decoder))

    def speak(self, text: str, *, locale: str, voice: str, rate: float) -> Iterator[bytes]:
        """As ``Engine``."""
        raise SpeechUnavailable("pocketsphinx doesn't speak.")

    def _of(self, key: _Key, hints: Hints) -> Built | None:
        """The language model of a key; the one that was not used for longest makes room."""
        if key in self._built:
            self._built[key] = self._built.pop(key)
        else:
            while len(self._built) >= _MODELS:
                del self._built[next(iter(self._built))]
            self._built[key] = build(key[0], hints.phrases) if hints.phrases else None
        return self._built[key]

    def _taken(self, key: _Key) -> Any:
        """A decoder that another caller has left; None where there is none."""
        for place, (its, decoder) in enumerate(self._free):
            if its == key:
                del self._free[place]
                return decoder
        return None

    def _give_back(self, key: _Key, decoder: Any) -> None:
        with self._lock:
            self._free.append((key, decoder))
            del self._free[:-_DECODERS]


def build(language: str, phrases: Sequence[str]) -> Built:
    """The language model of a business's phrases, and how its words sound. Raises ``SpeechUnavailable``."""
    around = COURTESIES[language]
    book = Book(phrases, around)
    spelled = lexicon(book.words.union(*around), language, _DICTIONARY)
    if silent := book.words - set(spelled):
        book = book.without(silent)
    if not book.rows:
        raise SpeechUnavailable("None of the bot's phrases can be pronounced.")
    lines = [
        f"{word if place == 0 else f'{word}({place + 1})'} {phones}"
        for word, ways in spelled.items()
        for place, phones in enumerate(ways)
    ]
    model = arpa([*book.rows, *((word,) for words in around for word in words)]) if language == "en" else ""
    return Built(model=model, dictionary="\n".join(lines) + "\n", book=book)


def make_decoder(built: Built | None) -> Any:
    """Of a language model, or of the one that pocketsphinx brings. One speaker at a time."""
    with tempfile.TemporaryDirectory(prefix="switchboard-speech-") as folder:
        model: Path | None = MODEL / "en-us.lm.bin"
        dictionary = _DICTIONARY
        if built is not None:
            model, dictionary = Path(folder) / "lm", Path(folder) / "dict"
            model.write_text(built.model, encoding="utf-8")
            dictionary.write_text(built.dictionary, encoding="utf-8")
        whole = built is not None and not built.model
        # The second passes cost 50 to 200 ms when somebody waits, and with a floor of noise they found nothing more.
        decoder = pocketsphinx.Decoder(
            hmm=str(MODEL / "en-us"), lm=None if whole else str(model), dict=str(dictionary), lw=_WEIGHT, fwdflat=False, bestpath=False,
            loglevel="FATAL", **(_WIDE if whole else {}),
        )  # fmt: skip
    if built is not None and whole:
        decoder.add_fsg("phrases", decoder.create_fsg("phrases", *grammar(built.book.rows, built.book.around)))
        decoder.activate_search("phrases")
    return decoder


def _floor() -> np.ndarray[Any, np.dtype[np.int16]]:
    """A second of noise as rooms have it: weaker by 3 dB an octave. White noise sounds like an f or an s, and 500 ms of it before a
    word had the word lost."""
    spectrum = np.fft.rfft(np.random.default_rng(7).standard_normal(RATE))
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), RATE)
    scaled: np.ndarray[Any, np.dtype[np.int16]] = (noise * (_FLOOR / noise.std())).astype(np.int16)
    return scaled


class SphinxEar:
    """A ``speech.engine.Ear``. Nothing is decoded as long as nobody speaks."""

    def __init__(self, decoder: Any, book: Book | None, done: Callable[[], None]) -> None:
        self._decoder = decoder
        self._book = book
        self._done = done
        self._voice = pocketsphinx.Vad(0, RATE, FRAME_MS / 1000)
        self._floor = _floor()
        self._cmn = decoder.get_cmn(False)
        self._before: deque[bytes] = deque(maxlen=_BEFORE)
        self._voiced: deque[bool] = deque(maxlen=_OF)
        self._begun: int | None = None  # the stretch's begin, in milliseconds of sound
        self._fed = 0
        self._since = 0
        self._told_at = 0
        self._told = ""
        self._words: list[Spoken] = []
        self._loudness: list[float] = []
        """Of each frame of the utterance, from its first stretch on: there are no gaps between stretches."""
        self._heard_since = 0

    def feed(self, sound: bytes) -> Iterator[Heard]:
        """As ``Ear``."""
        for at in range(0, len(sound), FRAME_BYTES):
            frame = sound[at : at + FRAME_BYTES]
            self._fed += FRAME_MS
            if self._begun is None:
                self._await_voice(frame)
            else:
                self._before.append(frame)
        if self._begun is None:
            return
        self._decode()
        if self._fed - self._begun >= _LONGEST_MS:
            self._words += self._end()
            self._begin()
        if self._fed - self._told_at >= _PARTIAL_MS:
            self._told_at = self._fed
            text = self._written([*self._words, *self._spoken()])
            if text and text != self._told:
                self._told = text
                yield Heard(text=text, since=self._since)

    def finalize(self) -> Iterator[Heard]:
        """As ``Ear``."""
        if self._begun is not None:
            self._words += self._end()
        words, self._words = self._words, []
        loudness, self._loudness = self._loudness, []
        since, self._since = self._since, self._fed
        self._told = ""
        self._before.clear()
        self._voiced.clear()
        sure = self._sure(words, loudness)
        yield Heard(
            text=self._written(words),
            since=since,
            final=True,
            confidence=sure,
            words=tuple(
                Word(text=word.text, since=word.since, until=word.until, confidence=round(min(sure, fits(word.fit)), 3))
                for word in words
            ),
        )

    def close(self) -> None:
        """As ``Ear``."""
        if self._begun is not None:
            self._end()
        self._decoder.set_cmn(self._cmn)  # the next one is another speaker
        self._done()

    def _await_voice(self, frame: bytes) -> None:
        self._before.append(frame)
        self._voiced.append(self._voice.is_speech(frame))
        if sum(self._voiced) >= _VOICED:
            self._begin()

    def _begin(self) -> None:
        self._begun = self._fed - len(self._before) * FRAME_MS
        if not self._loudness:
            self._heard_since = self._begun
        self._decoder.start_utt()

    def _decode(self) -> None:
        """What waits."""
        sound = np.frombuffer(b"".join(self._before), dtype="<i2").astype(np.int32)
        self._before.clear()
        self._loudness += np.sqrt((sound.reshape(-1, FRAME_BYTES // 2).astype(np.float32) ** 2).mean(axis=1)).tolist()
        floor = np.resize(self._floor, len(sound))
        self._decoder.process_raw(np.clip(sound + floor, -32768, 32767).astype("<i2").tobytes(), False, False)

    def _end(self) -> list[Spoken]:
        if self._before:
            self._decode()
        self._decoder.end_utt()
        words = self._spoken()
        self._begun = None
        return words

    def _spoken(self) -> list[Spoken]:
        if self._begun is None or self._decoder.hyp() is None:
            return []
        return [
            Spoken(
                text=segment.word.partition("(")[0],
                since=self._begun + 10 * segment.start_frame,
                until=self._begun + 10 * (segment.end_frame + 1),
                fit=_logarithm(segment.ascore) / (segment.end_frame - segment.start_frame + 1),
                phones=len((self._decoder.lookup_word(segment.word) or "").split()) or 1,
            )
            for segment in self._decoder.seg()
            if not segment.word.startswith(("<", "[", "("))  # silence, noise, a grammar's own arcs
        ]

    def _sure(self, words: list[Spoken], loudness: list[float]) -> float:
        if not words:
            return 1.0
        if self._book is None:
            return round(sum(fits(word.fit) for word in words) / len(words) / 2, 3)
        known = self._book.known([word.text for word in words])
        return confidence(evidence(words, known, loudness, begun=self._heard_since))

    def _written(self, words: list[Spoken]) -> str:
        said = [word.text for word in words]
        return self._book.written(said) if self._book is not None else " ".join(said)


def _logarithm(score: float) -> float:
    """pocketsphinx tells a power of 1.0001; its own units again."""
    return math.log(score) / math.log(1.0001) if score > 0 else -1e6


def engine() -> Sphinx:
    """What the process serves."""
    return Sphinx()
