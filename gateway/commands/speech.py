"""``switchboard speech``: the models of the speech engines that run here, and trying an engine."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from gateway.commands.options import ConfigOption, DataOption, out, settings_of
from gateway.errors import SpeechUnavailable, StartupError
from gateway.settings import Settings
from speech.models import FOLDER

if TYPE_CHECKING:
    from gateway.ports import Heard, Hints, Recognizer, Synthesizer

SENTENCES = {
    "en": ("How much is internet per month?", "My connection is dead.", "When is the next payment?", "I want to talk to a person.", "Thank you, goodbye."),
    "ru": ("Сколько стоит интернет?", "У меня не работает интернет.", "Когда следующий платёж?", "Соедините с оператором.", "Спасибо, до свидания."),
}  # fmt: skip
"""What is said where nothing is given; the first of them."""
_LONGEST = 120
"""Seconds of a sound file."""


def speech_list(config: ConfigOption = None, data: DataOption = None) -> None:
    """Show which models and voices there are, and which are here."""
    from speech.models import KNOWN, Engine, installed, known

    folder = folder_of(config, data)
    table = Table(box=None)
    for title in ("", "model", "language", "MB", "checksum", "about"):
        table.add_column(title, justify="right" if title == "MB" else "left", no_wrap=True)
    engines: tuple[Engine, ...] = ("vosk", "whisper", "piper")
    here = {path.name for engine in engines for path in installed(folder, engine)}
    for model in KNOWN:
        mark, languages = "[green]here[/green]" if model.name in here else "", ", ".join(model.locales) or "all"
        table.add_row(
            mark, model.name, languages, f"{model.megabytes:,}", "known" if model.pinned else "none", model.about
        )
    for name in sorted(here):
        if known(name) is None:
            table.add_row("[green]here[/green]", name, "", "", "", "put there by hand")
    out.print(table)
    out.print(f"\nThey belong in {folder}. pocketsphinx and espeak-ng need none.")


def speech_download(
    names: Annotated[list[str], typer.Argument(help="Models, as `switchboard speech list` names them.")],
    server: Annotated[
        str,
        typer.Option("--server", help="A mirror's address in place of the publisher's; paths below it are the same."),
    ] = "",
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Download models; a download that broke off goes on where it was."""
    from speech.models import KNOWN, Model, known

    models: list[Model] = []
    for name in names:
        if (model := known(name)) is None:
            raise StartupError(f"There is no model {name!r}. There are: {', '.join(one.name for one in KNOWN)}.")
        models.append(model)
    folder = folder_of(config, data)
    for model in models:
        if not model.pinned:
            out.print(f"{model.name}: its publisher tells no checksum. What comes now is what later downloads must be.")
        out.print(f"[green]ok[/green] {_fetched(model.name, folder, server)}")


def speech_test(
    sound: Annotated[
        Path | None, typer.Argument(help="A sound file; without one a sentence is spoken.", exists=True)
    ] = None,
    recognizer: Annotated[
        str, typer.Option("--recognizer", "-r", help="pocketsphinx, vosk, whisper, or the name of a [speech.NAME].")
    ] = "pocketsphinx",
    synthesizer: Annotated[
        str, typer.Option("--synthesizer", "-s", help="espeak, piper, or the name of a [speech.NAME].")
    ] = "espeak",
    locale: Annotated[str, typer.Option("--locale", "-l", help="The language: en, ru, …")] = "en",
    text: Annotated[str, typer.Option("--text", "-t", help="What to say.")] = "",
    content: Annotated[
        Path | None, typer.Option("--content", help="A bot's content: what pocketsphinx may expect.", exists=True)
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Speak a sentence and understand it again, or understand a sound file; tell how long it took."""
    spoken = text or SENTENCES.get(locale.partition("-")[0], SENTENCES["en"])[0]
    hints = hints_of(content, locale, spoken)
    settings = settings_of(config, data=data)
    try:
        asyncio.run(
            _try(sound, spoken, hints, _recognizer(recognizer, settings), _synthesizer(synthesizer, settings), locale)
        )
    except SpeechUnavailable as error:
        raise StartupError(str(error)) from error


def folder_of(config: Path | None, data: Path | None) -> Path:
    """Where models are."""
    return Path(settings_of(config, data=data).data) / FOLDER


def _fetched(name: str, folder: Path, server: str) -> Path:
    import aiohttp

    from speech.downloads import DownloadFailed, download
    from speech.models import known

    model = known(name)
    assert model is not None
    bars = Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=out,
    )
    rows: dict[str, TaskID] = {}

    def tell(name: str, done: int, size: int) -> None:
        if name not in rows:
            rows[name] = bars.add_task(name)
        bars.update(rows[name], completed=done, total=size or None)

    async def run() -> Path:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=True) as session:
            return await download(model, folder, session=session, server=server, progress=tell)

    try:
        with bars:
            return asyncio.run(run())
    except DownloadFailed as error:
        raise StartupError(str(error)) from error


def _recognizer(name: str, settings: Settings) -> Recognizer:
    folder = Path(settings.data) / FOLDER
    if name in settings.speech:
        from speech.making import Engines

        if (placed := Engines(settings.speech, folder).recognizer(name)) is None:
            raise StartupError(f"{name} only speaks.")
        return placed.engine
    if name == "pocketsphinx":
        from speech.sphinx import sphinx

        return sphinx(processes=1)
    if name == "vosk":
        from speech.vosk import vosk

        return vosk(folder, processes=1)
    if name == "whisper":
        from speech.whisper import whisper

        return whisper(folder)
    raise StartupError(
        f"There is no recognizer {name!r}. There are: {', '.join(('pocketsphinx', 'vosk', 'whisper', *settings.speech))}."
    )


def _synthesizer(name: str, settings: Settings) -> Synthesizer:
    folder = Path(settings.data) / FOLDER
    if name in settings.speech:
        from speech.making import Engines

        if (placed := Engines(settings.speech, folder).synthesizer(name)) is None:
            raise StartupError(f"{name} only understands.")
        return placed.engine
    if name == "espeak":
        from speech.espeak import Espeak

        return Espeak()
    if name == "piper":
        from speech.piper import piper

        return piper(folder)
    raise StartupError(
        f"There is no synthesizer {name!r}. There are: {', '.join(('espeak', 'piper', *settings.speech))}."
    )


def hints_of(content: Path | None, locale: str, spoken: str) -> Hints:
    """What may be expected: the content's examples in that language, else a few sentences with ``spoken`` among them."""
    from gateway.language import is_cyrillic
    from gateway.ports import Hints

    if content is None:
        known = SENTENCES.get(locale.partition("-")[0], ())
        return Hints(version="test", phrases=tuple(dict.fromkeys((spoken, *known))))
    from bot.content import ContentError, read_content

    try:
        loaded = read_content(content)
    except ContentError as error:
        raise StartupError(f"{content}: {error}") from error
    examples = [example.text for intent in loaded.content.intents for example in intent.examples]
    russian = locale.startswith("ru")
    return Hints(
        version=loaded.content.version,
        phrases=tuple(text for text in examples if any(map(is_cyrillic, text.split())) == russian),
    )


async def _try(
    sound: Path | None, spoken: str, hints: Hints, recognizer: Recognizer, synthesizer: Synthesizer, locale: str
) -> None:
    try:
        frames = read_sound(sound) if sound is not None else await _speak(synthesizer, spoken, locale)
        await _understand(recognizer, frames, hints, locale)
    finally:
        await synthesizer.aclose()
        await recognizer.aclose()


async def _speak(synthesizer: Synthesizer, text: str, locale: str) -> list[bytes]:
    from speech.frames import FRAME_MS

    begun, first, frames = time.monotonic(), 0.0, []
    async for frame in synthesizer.speak(text, locale=locale):
        first = first or time.monotonic() - begun
        frames.append(frame)
    took = time.monotonic() - begun
    out.print(f"Said:   {text}")
    out.print(f"        {len(frames) * FRAME_MS / 1000:.1f} s of sound in {took:.2f} s, the first after {first:.2f} s")
    return frames


def read_sound(path: Path) -> list[bytes]:
    """A sound file's frames, whatever its format."""
    import av

    from speech.frames import RATE, Framer

    framer, frames = Framer(), []
    try:
        with av.open(str(path), "r") as file:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            for decoded in (*file.decode(audio=0), None):
                for made in resampler.resample(decoded):
                    frames += framer.feed(bytes(made.planes[0])[: 2 * made.samples])
                if len(frames) > _LONGEST * 50:
                    raise StartupError(f"{path} is longer than {_LONGEST} seconds.")
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise StartupError(f"{path} is no sound that can be read: {error}") from error
    return [*frames, *framer.end()]


async def _understand(recognizer: Recognizer, frames: list[bytes], hints: Hints, locale: str) -> None:
    from speech.frames import FRAME_BYTES

    begun = time.monotonic()
    listening = await recognizer.listen(locale=locale, hints=hints)
    ready = time.monotonic() - begun
    silence = [bytes(FRAME_BYTES)] * 15
    for frame in (*silence, *frames, *silence):
        listening.feed(frame)
    begun = time.monotonic()
    listening.finalize()
    heard = listening.heard()
    final: Heard = await anext(one async for one in heard if one.final)
    out.print(f"Heard:  {final.text or '(nothing)'}")
    out.print(
        f"        confidence {final.confidence:.2f}; ready after {ready:.2f} s, all of it understood in {time.monotonic() - begun:.2f} s"
    )
    await listening.aclose()
