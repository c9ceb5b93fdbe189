"""Reading a business's content: what it means, what of it isn't honoured, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content import Act, ContentError, Field, Finding, Mark, Rule, Source, read_content
from bot.content import source as limits
from bot.content.patterns import PatternRefused, check_pattern
from bot.content.source import parse

MINIMAL = "intents: [a, b]\nnlu:\n- intent: a\n  examples: |\n    - one\n- intent: b\n  examples: |\n    - two\n"


def business(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder


def refusal(folder: Path) -> ContentError:
    with pytest.raises(ContentError) as caught:
        read_content(folder)
    return caught.value


def notes(folder: Path) -> list[Finding]:
    return list(read_content(folder).findings)


def test_examples_are_plain_and_their_annotations_are_kept(salon: Path) -> None:
    prices = next(intent for intent in read_content(salon).content.intents if intent.name == "prices")
    by_text = {example.text: example.marks for example in prices.examples}
    assert by_text["сколько стоит стрижка"] == (Mark(entity="service", text="стрижка", value="стрижка"),)
    assert by_text["how much does colouring cost"] == (Mark(entity="service", text="colouring", value="окрашивание"),)


def test_rules_responses_slots_and_helpers_are_read(salon: Path) -> None:
    content = read_content(salon).content
    rules = {rule.name: rule for rule in content.rules}
    complaint = (Act(name="utter_complaint"), Act(name="action_handoff"))
    assert rules["complaint"] == Rule(name="complaint", intents=("complaint",), acts=complaint)
    assert rules["booking"] == Rule(name="booking", intents=("booking",), acts=(Act(name="booking_form"),))
    assert content.responses["utter_greeting"][2].condition == (("language", "en"),)
    slots = {slot.name: slot.sources for slot in content.slots}
    assert slots["service"] == (Source(entity="service", intents=("prices", "booking")),)
    assert content.synonyms["haircut"] == "стрижка"
    assert content.lookups == {"service": ("укладка", "hair styling")}
    assert content.forms["booking_form"].fields == (Field(slot="service"), Field(slot="phone"))


def test_version_depends_on_the_content_alone(salon: Path) -> None:
    version = read_content(salon).content.version
    nlu = salon / "nlu" / "talk.yml"
    nlu.write_text("# a comment\r\n" + nlu.read_text(encoding="utf-8"), encoding="utf-8")
    assert read_content(salon).content.version == version
    nlu.write_text(nlu.read_text(encoding="utf-8") + "    - one example more\n", encoding="utf-8")
    assert read_content(salon).content.version != version


def test_content_in_one_file_and_in_a_data_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "data" / "deep").mkdir(parents=True)
    (tmp_path / "data" / "deep" / "all.yaml").write_text(MINIMAL, encoding="utf-8")
    assert [intent.name for intent in read_content(tmp_path).content.intents] == ["a", "b"]


def test_tests_are_no_content(salon: Path) -> None:
    version = read_content(salon).content.version
    (salon / "tests").mkdir()
    (salon / "tests" / "holdout.yml").write_text("nlu:\n- intent: out_of_scope\n  examples: |\n    - weather\n")
    assert read_content(salon).content.version == version


def test_what_is_not_honoured_is_reported_with_its_place(tmp_path: Path) -> None:
    extra = """responses:
  utter_a:
  - text: hello
    attachment: https://example.org/a.png
  - text: hello there
    quick_replies: []
rules:
- rule: two turns
  steps:
  - intent: a
  - intent: b
- rule: own action
  steps:
  - intent: b
  - action: action_look_up
importers: []
"""
    found = {(note.file, note.line): note.text for note in notes(business(tmp_path, domain=MINIMAL, extra=extra))}
    assert "attachment" in found["extra.yml", 4]
    assert "quick_replies" in found["extra.yml", 6]
    assert "several customer turns" in found["extra.yml", 8]
    assert "action_look_up" in found["extra.yml", 15]
    assert ("extra.yml", 16) in found


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("nlu:\n- intent: c\n  examples: |\n    - x\n", 2, "isn't in the domain"),
        ("nlu:\n- intent: a\n  examples: |\n    - x\n    y\n", 5, "must begin with"),
        ('nlu:\n- intent: a\n  examples: |\n    - ok\n    - [x]{"entity": 1}\n', 5, "annotation"),
        ("nlu:\n- regex: r\n  examples: |\n    - (a+)+\n", 4, "can't be used"),
        ("rules:\n- rule: r\n  steps:\n  - intent: a\n  - action: utter_none\n", 5, "responses:"),
        ("rules:\n- rule: r\n  steps:\n  - intent: zzz\n", 4, "zzz"),
        ("responses:\n  utter_a:\n  - text: x\n    buttons:\n    - {title: t, payload: /zzz}\n", 5, "no such intent"),
        ("responses:\n  utter_a:\n  - text: x\n  utter_a:\n  - text: y\n", 4, "twice"),
        ("responses:\n  utter_a:\n  - text: x\n    custom:\n      cards:\n      - text: y\n", 6, "has a title"),
        (
            "responses:\n  utter_a:\n  - text: x\n    custom:\n      cards:\n"
            "      - title: t\n        image: javascript:alert(1)\n",
            7,
            "https",
        ),
        ("responses:\n  utter_a: just text\n", 2, "must be a list"),
        ("nlu: [\n", 2, "YAML"),
        ("a: !!python/object/apply:os.system [id]\n", 1, "tag"),
        ("a: *nothing\n", 1, "names nothing"),
        ("a: &a [*a]\n", 1, "names nothing"),
        ("a: 1\n---\nb: 2\n", 2, "one document"),
        ("- a list\n", 1, "mapping"),
    ],
)
def test_a_mistake_is_refused_with_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    error = refusal(business(tmp_path, domain=MINIMAL, wrong=text))
    assert (error.file, error.line) == ("wrong.yml", line)
    assert says in error.what.text


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(ContentError, match="deeper"):
        parse("deep.yml", "[" * 5_000 + "]" * 5_000)


def test_an_alias_bomb_is_refused() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(ContentError, match="values in one file"):
        parse("bomb.yml", "\n".join(rows))


def test_too_many_aliases_are_refused() -> None:
    with pytest.raises(ContentError, match="aliases"):
        parse("many.yml", "a: &a x\nb: [" + ", ".join(["*a"] * (limits.MAX_ALIASES + 1)) + "]")


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yml"
    secret.write_text(MINIMAL)
    inside = tmp_path / "business"
    inside.mkdir()
    (inside / "domain.yml").symlink_to(secret)
    assert "Links" in refusal(inside).what.text


def test_a_linked_folder_is_not_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "business"
    outside.mkdir()
    inside.mkdir()
    business(inside, domain=MINIMAL)
    (inside / "nlu").symlink_to(outside)
    assert refusal(inside).file == "nlu"


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    assert "MB" in refusal(business(tmp_path, domain="#" * (limits.MAX_FILE_BYTES + 1))).what.text


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    for number in range(limits.MAX_FILES + 1):
        (tmp_path / f"{number}.yml").write_text("version: '3.1'\n")
    assert "files" in refusal(tmp_path).what.text


def test_other_encodings_are_refused_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "domain.yml").write_bytes(b"intents: []\n# " + "привет".encode("cp1251"))
    error = refusal(tmp_path)
    assert (error.line, "UTF-8" in error.what.text) == (2, True)


def test_an_empty_or_missing_folder_is_refused(tmp_path: Path) -> None:
    assert "nothing to learn" in refusal(tmp_path).what.text
    assert "no such folder" in refusal(tmp_path / "none").what.text


@given(st.text(alphabet="ab:-[]{}&*!|>#'\"\n \t,?%@`\x00…\\", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse("any.yml", text)
    except ContentError as error:
        assert error.file == "any.yml"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a:\n\t- b\n", "content_yaml_tab", 2),
        ("a: @b\n", "content_yaml_character", 1),
        ("a: b: c\n", "content_yaml_colon", 1),
        ("a: - b\n", "content_yaml_dash", 1),
        ("a: 'b\n", "content_yaml_open", 2),
        ("a: [b\nc: d\n", "content_yaml_open", 2),
        ("a:\n  b: c\n d: e\n", "content_yaml_indent", 3),
        ("a: |\n b\nc\n", "content_not_yaml", 4),
        ("a: |\n  b\n\tc\n", "content_yaml_tab", 3),
        ("a:\n- b\n- *важно* c\n", "content_yaml_character", 3),
        ("a:\n- !важно b\n", "content_yaml_character", 2),
        ("a: [b, :)]\n", "content_yaml_character", 1),
        ("a: {b:, c}\n", "content_yaml_colon", 1),
        ("a: {", "content_yaml_open", 1),
        ("a:\n  - b\n c\n", "content_yaml_indent", 3),
        ("a: b\nc: d\x01\n", "content_not_yaml", 2),
        ("a: \ud800\n", "content_not_yaml", 1),
        ("\ufeffa: b\n", "content_not_yaml", 1),
        ("%YAML 1.3\n---\na: b\n", "content_not_yaml", 1),
    ],
)
def test_usual_mistakes_in_yaml_are_told_apart(text: str, code: str, line: int) -> None:
    with pytest.raises(ContentError) as caught:
        parse("any.yml", text)
    assert (caught.value.fault.code, caught.value.line) == (code, line)
    assert "Not valid YAML" in str(caught.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("yes", "yes"), ("off", "off"), ("0o17", "0o17"), ("012", 12), ("1:30", "1:30"), ("1_000", "1_000"), ("0x1F", "0x1F"),
        ("1e3", 1000.0), ("TRUE", True), ("~", None), ("2026-11-30", "2026-11-30"), ("!!str 12", "12"), ("a\tb", "a\tb"),
        *((f"a{ch}b", f"a{ch}b") for ch in "\x85\u2028\u2029\ufeff\U0010ffff"),
    ],
)  # fmt: skip
def test_plain_value_means_the_same_under_every_directive(written: str, meant: object) -> None:
    for directive in ("", "%YAML 1.1\n---\n"):
        node = parse("any.yml", f"{directive}a: {written}\nb: \u2028\n").fields("A file")["a"]
        assert node.value == meant and type(node.value) is type(meant)


def test_brackets_without_end_are_refused_however_long_they_are() -> None:
    for text in ("[" * 1_900_000, "{a: " * 400_000, "- " * 900_000, "[\n" * 900_000):
        with pytest.raises(ContentError) as caught:
            parse("any.yml", text)
        assert caught.value.fault.code == "content_deep" and caught.value.line


@pytest.mark.parametrize(
    "pattern", [r"\d{4,6}", r"[\w.+-]+@[\w-]+\.[\w.]+", r"(?:\+7|8)[\s(-]*\d{3}", r"(?:\d{3} ?){2,4}"]
)
def test_usual_patterns_are_accepted(pattern: str) -> None:
    check_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [r"(a+)+$", r"(a|a)*b", r"(\w+\s?)*$", r"a*a*a*a*b", r"(.)\1", r"(?=a)b", r"x?", "(", "a" * 500, r"(?:a{0,50}){9}"],
)
def test_patterns_that_may_take_forever_are_refused(pattern: str) -> None:
    with pytest.raises(PatternRefused):
        check_pattern(pattern)
