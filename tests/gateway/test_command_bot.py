"""``switchboard bot`` as a person meets it: real processes, exit codes, what is printed and what is written."""

from __future__ import annotations

import contextlib
import csv
import json
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import psutil
import pytest
import typer
from typer.testing import CliRunner

from bot import worker
from bot.content import read_content
from gateway import commands
from gateway.errors import StartupError
from tests.gateway.test_command_line import LIMIT, assert_one_clear_line, environment, switchboard

SALON = Path(__file__).parents[1] / "bot" / "salon"
PASSES = """
- story: prices
  steps:
  - {user: "how much does [colouring](service) cost", intent: prices}
  - action: utter_prices
"""
FAILS = """
- story: hours, as nobody taught it
  steps:
  - {user: when are you open, intent: hours}
  - action: utter_address
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("model") / "salon.bot"
    assert isinstance(worker.train(SALON, target), worker.Done)
    return target


@pytest.fixture
def salon(tmp_path: Path) -> Path:
    """The salon's content, to be changed."""
    return Path(shutil.copytree(SALON, tmp_path / "salon"))


def told(folder: Path, *stories: str) -> Path:
    (folder / "tests").mkdir()
    (folder / "tests" / "test_stories.yml").write_text("stories:\n" + "".join(stories), "utf-8")
    return folder


cli = typer.Typer()
commands.register(cli)


def bot(*arguments: str | Path, cwd: Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    """The command in this process, since starting one takes longer than most of them; ``main`` turns a ``StartupError``
    into its one line."""
    with contextlib.chdir(cwd):
        done = CliRunner().invoke(cli, ["bot", *map(str, arguments)], input=typed)
    if isinstance(done.exception, StartupError):
        return subprocess.CompletedProcess([], 2, done.stdout, done.stderr + f"{done.exception}\n")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return subprocess.CompletedProcess([], done.exit_code, done.stdout, done.stderr)


# --- check ---


def test_check_names_what_is_not_honoured_and_what_makes_a_bot_waver(salon: Path, tmp_path: Path) -> None:
    (salon / "nlu" / "more.yml").write_text(
        "nlu:\n- intent: hours\n  examples: |\n    - how much is a haircut please\n", "utf-8"
    )
    (salon / "config.yml").write_text("language: en\n", "utf-8")
    done = bot("check", salon, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("9 intents, 79 examples")
    assert any(line.startswith("domain.yml:11: finding: The intent “gift_card” has no examples") for line in lines)
    assert any(line.startswith("config.yml:1: note:") for line in lines)
    twins = [line for line in lines if "is nearly" in line]
    assert any("nlu/more.yml:4" in line and "(prices" in line and "(hours" in line for line in twins), twins
    assert any("examples; give it 10 at least" in line and line.startswith("nlu/") for line in lines)
    assert bot("check", salon, "--strict", cwd=tmp_path).returncode == 1


def test_check_fails_at_a_mistake_and_says_where(salon: Path, tmp_path: Path) -> None:
    (salon / "rules.yml").write_text("rules:\n- rule: a\n  steps:\n  - intent: nobody\n", "utf-8")
    done = bot("check", salon, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == "rules.yml:4: error: The rule answers “nobody”, which isn't in intents: of the domain.\n"
    assert bot("check", tmp_path / "none", cwd=tmp_path).returncode == 1


def test_check_reads_the_test_conversations_too(salon: Path, tmp_path: Path) -> None:
    told(salon, "- story: a\n  steps: hello\n")
    done = bot("check", salon, cwd=tmp_path)
    assert done.returncode == 1 and "tests/test_stories.yml:3: error:" in done.stdout


# --- train and test ---


def test_train_writes_a_bot_and_tells_its_figures(salon: Path, tmp_path: Path) -> None:
    done = bot("train", told(salon, PASSES, FAILS), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Wrote salon.bot." in done.stdout and (tmp_path / "salon.bot").is_file()
    assert "78" in done.stdout and "1 of 2 test conversations pass." in done.stdout
    assert "hours, as nobody taught it" in done.stdout


def test_train_of_broken_content_is_one_line_and_leaves_what_was_there(salon: Path, tmp_path: Path) -> None:
    target = tmp_path / "kept.bot"
    target.write_bytes(b"old")
    (salon / "domain.yml").write_text("intents:\n\t- a\n", "utf-8")
    assert_one_clear_line(bot("train", salon, "--to", target, cwd=tmp_path), "domain.yml:2", "a tab")
    assert target.read_bytes() == b"old"
    assert_one_clear_line(bot("train", salon, "--to", tmp_path, cwd=tmp_path), "can't be written")


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Whoever starts the tests in the background may have them, and what they start, ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_the_training_and_leaves_nothing(salon: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    workers: list[psutil.Process] = []
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", "bot", "train", str(salon)],
        cwd=here, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(),
    )  # fmt: skip
    try:
        while not workers and process.poll() is None:
            workers = [one for one in psutil.Process(process.pid).children() if "bot.worker" in one.cmdline()]
        workers[0].suspend()  # so that it can't be done before the signal comes
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=LIMIT) != 0
        assert workers and psutil.wait_procs(workers, timeout=LIMIT)[1] == []
    finally:
        for one in workers:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        process.kill()
        process.wait()
    assert list(here.iterdir()) == []


def test_test_shows_where_a_conversation_goes_otherwise(salon: Path, model: Path, tmp_path: Path) -> None:
    done = bot("test", told(salon, PASSES, FAILS), "--model", model, cwd=tmp_path)
    assert done.returncode == 1
    assert "hours, as nobody taught it  tests/test_stories.yml:11" in done.stdout
    assert "when are you open" in done.stdout
    assert "action: utter_address" in done.stdout and "action: utter_hours" in done.stdout
    assert "1 of 2 test conversations pass." in done.stdout


def test_test_trains_first_where_no_model_is_given(salon: Path, tmp_path: Path) -> None:
    done = bot("test", told(salon, PASSES), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "1 of 1 test conversations pass.\n")


def test_test_of_content_without_conversations_says_where_they_go(salon: Path, model: Path, tmp_path: Path) -> None:
    done = bot("test", salon, "--model", model, cwd=tmp_path)
    assert done.returncode == 0 and "tests/" in done.stdout


@pytest.mark.parametrize("command", ["test", "try"])
def test_a_file_that_is_no_bot_is_one_line(salon: Path, tmp_path: Path, command: str) -> None:
    (tmp_path / "x.bot").write_bytes(b"PK nonsense [red]")
    assert_one_clear_line(bot(command, salon, "--model", tmp_path / "x.bot", cwd=tmp_path), "x.bot")
    assert_one_clear_line(bot(command, salon, "--model", tmp_path / "none.bot", cwd=tmp_path), "no file")


# --- try ---


def test_try_shows_what_the_bot_believes_and_presses_buttons_by_number(
    salon: Path, model: Path, tmp_path: Path
) -> None:
    typed = "how much is a haircut\n1\n/slots\n/restart\n/slots\ncall a person\nзюзюблик\n/quit\nnever read\n"
    done = bot("try", salon, "--model", model, cwd=tmp_path, typed=typed)
    assert done.returncode == 0, done.stderr
    shown = done.stdout
    assert "> how much is a haircut\nA haircut is 1000.\n  [1] Book\n" in shown
    assert (
        "intents  prices" in shown and "entities service = стрижка" in shown and "slots    service = стрижка" in shown
    )
    assert "did      booking_form\n  form     booking_form asks for phone" in shown
    assert "> /slots\nservice = стрижка\n" in shown and "> /slots\nNothing yet.\n" in shown
    assert "handoff  customer_asked" in shown
    assert "did      action_default_fallback" in shown and "never read" not in shown


def test_try_speaks_on_another_channel_and_in_another_language(salon: Path, model: Path, tmp_path: Path) -> None:
    typed = "/channel voice\nhow much is a haircut\n/channel fax\n/ru\n/prices\n/nothing of ours\n/help\n"
    shown = bot("try", salon, "--model", model, cwd=tmp_path, typed=typed).stdout
    assert "A haircut is one thousand." in shown and "A channel is one of webchat, telegram, voice." in shown
    assert "Стрижка стоит тысяч" in shown and "₽" not in shown
    assert "/nothing is neither a command nor an intent." in shown and "/restart" in shown


def test_try_with_a_wrong_address_of_an_action_server_is_one_line(salon: Path, model: Path, tmp_path: Path) -> None:
    done = bot("try", salon, "--model", model, "--actions", "nowhere", cwd=tmp_path)
    assert_one_clear_line(done, "nowhere", "webhook")


# --- evaluate ---


class Page(HTMLParser):
    """What a page holds, by its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The salon, measured on messages of its own and of a stranger, one of them with markup in it."""
    folder = tmp_path_factory.mktemp("measured")
    salon = shutil.copytree(SALON, folder / "salon")
    (salon / "tests").mkdir()
    (salon / "tests" / "holdout.yml").write_text(
        "nlu:\n- intent: prices\n  examples: |\n    - стрижка почём\n    - <script>alert(1)</script> price of a haircut\n"
        "- intent: hours\n  examples: |\n    - до скольки вы открыты\n"
        "- intent: out_of_scope\n  examples: |\n    - who won the match\n    - hello from the moon\n",
        "utf-8",
    )
    done = bot("evaluate", "salon", "--html", "page.html", "--json", "figures.json", "--locale", "ru", cwd=folder)
    assert done.returncode == 0, done.stderr
    yield folder, done.stdout


def test_evaluate_prints_the_figures(measured: tuple[Path, str]) -> None:
    _, printed = measured
    for words in (
        "8 intents, 78 examples",
        "holdout.yml",
        "Understood",
        "Out of scope, answered",
        "Error of its confidence",
    ):
        assert words in printed


def test_evaluate_writes_all_figures_as_json(measured: tuple[Path, str]) -> None:
    folder, _ = measured
    found = json.loads((folder / "figures.json").read_text("utf-8"))
    assert (found["name"], found["intents"], found["examples"], found["held"]["messages"]) == ("salon", 8, 78, 3)
    assert 40 < found["crossed"]["messages"] <= 78
    assert found["held"]["foreign"]["messages"] == 2 and len(found["crossed"]["curve"]) == 41
    for one in (found["crossed"], found["held"]):
        assert one["answered"] + one["wrong"] + one["asked"] == pytest.approx(1, abs=1e-3)


def test_the_page_has_pictures_and_tables_and_neither_scripts_nor_addresses(measured: tuple[Path, str]) -> None:
    folder, _ = measured
    text = (folder / "page.html").read_text("utf-8")
    page = Page(text)
    assert page.tags.count("svg") == 6 and page.tags.count("table") >= 9
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not {one for one in page.attributes if one.startswith("on") or one in ("src", "href", "style")}
    assert "prefers-color-scheme: dark" in text and '<html lang="ru">' in text
    assert "Как понимает salon" in page.words and "сейчас: 0.5" in page.words


def test_evaluate_reads_a_table_with_another_for_measuring(tmp_path: Path) -> None:
    topics = {"dinner": "how much is {} dinner", "parking": "where can I park my {} car"}
    rows = [
        (text.format(word), intent)
        for word in ("a", "the", "our", "my", "any", "one")
        for intent, text in topics.items()
    ]
    for name, kept in (("train.csv", rows), ("held.csv", [("the dinner price", "dinner"), ("the moon", "")])):
        with (tmp_path / name).open("w", newline="", encoding="utf-8-sig") as file:
            csv.writer(file, delimiter=";").writerows([("Text", "Intent"), *kept])
    done = bot("evaluate", "train.csv", "--holdout", "held.csv", "--json", "f.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "f.json").read_text("utf-8"))
    assert (found["examples"], found["held"]["messages"], found["held"]["foreign"]["messages"]) == (12, 1, 1)


def test_evaluate_reads_a_public_set(tmp_path: Path) -> None:
    told = [
        [f"{verb} the {thing} now", verb]
        for verb in ("open", "close", "sell")
        for thing in ("door", "shop", "box", "car", "bag")
    ]
    data = {
        "train": told,
        "val": [["open my eyes", "open"]],
        "test": [],
        "oos_val": [["who are you", "oos"]],
        "oos_train": [],
    }
    (tmp_path / "set.json").write_text(json.dumps(data), "utf-8")
    done = bot("evaluate", "--clinc", "set.json", "--split", "val", "--json", "f.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "f.json").read_text("utf-8"))
    assert (found["intents"], found["held"]["messages"], found["held_name"]) == (3, 1, "val")
    assert_one_clear_line(bot("evaluate", "--clinc", "set.json", "--split", "none", cwd=tmp_path), "none")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.csv", "one,two\n1,2\n", "text"),
        ("a.csv", "text,intent\nhello,greet\n", "second intent"),
        ("a.json", '{"train": 1}', "No messages"),
        ("a.json", "{", "No messages"),
        ("a.txt", "hello", "No messages"),
        ("a.csv", '"', "text"),
    ],
)
def test_evaluate_of_what_holds_no_messages_is_one_line(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert_one_clear_line(bot("evaluate", name, cwd=tmp_path), name.split(".")[0], says)


def test_evaluate_without_anything_says_what_to_give(tmp_path: Path) -> None:
    assert_one_clear_line(bot("evaluate", cwd=tmp_path), "--clinc")
    assert_one_clear_line(bot("evaluate", "none", cwd=tmp_path), "There is no none")


# --- export ---


def test_export_writes_the_project_or_a_table_of_it(salon: Path, tmp_path: Path) -> None:
    (salon / "credentials.yml").write_text("telegram: {access_token: '12345:TEST-x'}\n", "utf-8")
    done = bot("export", salon, "--to", "salon.zip", cwd=tmp_path)
    assert done.returncode == 0 and "credentials.yml" in done.stderr
    with zipfile.ZipFile(tmp_path / "salon.zip") as archive:
        assert "credentials.yml" not in archive.namelist()
        archive.extractall(tmp_path / "again")
    assert read_content(tmp_path / "again").content == read_content(SALON).content

    assert bot("export", salon, "--to", "salon.csv", cwd=tmp_path).returncode == 0
    with (tmp_path / "salon.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 78 and {row["intent"] for row in rows} >= {"prices", "hours"}


def test_export_to_something_else_is_one_line(salon: Path, tmp_path: Path) -> None:
    assert_one_clear_line(bot("export", salon, "--to", "salon.tar", cwd=tmp_path), ".zip", ".csv")
    assert_one_clear_line(bot("export", salon, "--to", "none/salon.zip", cwd=tmp_path), "can't be written")
    (salon / "domain.yml").write_text("intents: [a, a: b]\n", "utf-8")
    assert_one_clear_line(bot("export", salon, "--to", "salon.zip", cwd=tmp_path), "domain.yml")


def test_a_mistake_is_one_line_of_the_program_itself(salon: Path, tmp_path: Path) -> None:
    (salon / "domain.yml").write_text("intents: [a, [b]]\n", "utf-8")
    assert_one_clear_line(switchboard("bot", "train", salon, cwd=tmp_path), "domain.yml:1")


def test_help_names_every_command(tmp_path: Path) -> None:
    done = switchboard("bot", "--help", cwd=tmp_path)
    for command in ("check", "train", "test", "try", "evaluate", "export"):
        assert command in done.stdout
