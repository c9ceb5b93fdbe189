"""The index of what was said, by stems, and of contacts, by the beginnings of words.

A text's stems are made in Python, so that both databases find the same: SQLite by FTS5, PostgreSQL by a tsvector that is
made of the stems as they are. What is indexed how far stands in ``search_marks``; an erasure raises a mark's ``epoch``,
so that what was read before it is never written after it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, func, select, text, update

from gateway.language import MAX_WORD, clean, stem, words
from gateway.store import contacts as people
from gateway.store.bulk import Bulk
from gateway.store.schema import contact_words, conversations, search_marks, search_texts
from gateway.store.sql import Query, Tx, among, names_of

MAX_CHARS = 8_000
MAX_WORDS = 1_000
MAX_ASKED = 12
"""Words of a question."""
FAMILY = 200
CANDIDATES = 200
"""Contacts that are looked at for one question."""
SHORTEST = 2
"""Letters of a contact's word that are worth looking for."""

Equal = Literal["email", "phone", "external"]
"""What tells a contact from others, of what the business keeps of them."""

_business: BindParameter[str] = bindparam("business_id")
_conversation: BindParameter[str] = bindparam("conversation_id")
_t, _m, _w = search_texts.c, search_marks.c, contact_words.c

_TEXTS = Bulk(search_texts, ("conversation_id", "seq", "at", "doc", "stems"), keeps=True)
_LAST_DOC = Query(select(func.max(_t.doc)), across=True)
_DROP = Query(delete(search_texts).where(_t.business_id == _business, _t.conversation_id == _conversation))
_BEGIN = Query(lambda insert: insert(search_marks).on_conflict_do_nothing())
_ADVANCE = Query(
    update(search_marks)
    .where(
        _m.business_id == _business, _m.conversation_id == _conversation, _m.epoch == bindparam("at_epoch"),
        _m.seq == bindparam("at_seq"),
    )
    .values(seq=bindparam("new_seq"))
)  # fmt: skip
_FORGET = Query(
    lambda insert: insert(search_marks).on_conflict_do_update(
        index_elements=["business_id", "conversation_id"], set_={"seq": 0, "epoch": search_marks.c.epoch + 1}
    )
)
_marked = conversations.outerjoin(
    search_marks,
    (search_marks.c.business_id == conversations.c.business_id)
    & (search_marks.c.conversation_id == conversations.c.id),
)
_STANDS = among(
    select(
        conversations.c.id, conversations.c.contact_id, conversations.c.seq, func.coalesce(_m.seq, 0),
        func.coalesce(_m.epoch, 0),
    )
    .select_from(_marked)
    .where(conversations.c.business_id == _business),
    conversations.c.id,
)  # fmt: skip
_BEHIND = Query(
    select(conversations.c.id)
    .select_from(_marked)
    .where(
        conversations.c.business_id == _business,
        conversations.c.id > bindparam("after"),
        conversations.c.seq > func.coalesce(_m.seq, 0),
    )
    .order_by(conversations.c.id)
    .limit(bindparam("limit"))
)
_FOUND = Query(
    text(
        "SELECT t.conversation_id, t.seq, t.at FROM search_words w JOIN search_texts t ON t.doc = w.rowid"
        " WHERE w.search_words MATCH :question AND t.business_id = :business_id"
        " AND (t.at, t.conversation_id, t.seq) < (:at, :conversation_id, :seq)"
        " ORDER BY t.at DESC, t.conversation_id DESC, t.seq DESC LIMIT :limit"
    ),
    postgresql=text(
        "SELECT conversation_id, seq, at FROM search_texts"
        " WHERE business_id = :business_id"
        " AND array_to_tsvector(string_to_array(stems, ' ')) @@ CAST(:question AS tsquery)"
        " AND (at, conversation_id, seq) < (:at, :conversation_id, :seq)"
        " ORDER BY at DESC, conversation_id DESC, seq DESC LIMIT :limit"
    ),
)
_NAME = Query(lambda insert: insert(contact_words).on_conflict_do_nothing())
_UNNAME = Query(delete(contact_words).where(_w.business_id == _business, _w.contact_id == bindparam("contact_id")))
_NAMED = Query(
    select(_w.contact_id)
    .where(_w.business_id == _business, _w.word >= bindparam("first"), _w.word < bindparam("last"))
    .distinct()
    .order_by(_w.contact_id.desc())
    .limit(bindparam("limit"))
)
_WORDS_OF = Query(select(_w.word).where(_w.business_id == _business, _w.contact_id == bindparam("contact_id")))


class Mark(NamedTuple):
    """How far a conversation is indexed."""

    seq: int
    epoch: int


class Stand(NamedTuple):
    """How far a conversation is, and how far it is indexed."""

    conversation: str
    contact: str
    seq: int
    mark: Mark


class Text(NamedTuple):
    """What is to be found of an entry."""

    seq: int
    at: int
    stems: str


class Hit(NamedTuple):
    """Where something was found; also the place behind which the next page begins."""

    conversation: str
    seq: int
    at: int


FIRST = Hit("", 0, 1 << 62)


class Asked(NamedTuple):
    """A question, read: the stems that a text must have all of, and the beginning of a last word that is still being
    written, or ""."""

    stems: tuple[str, ...]
    begun: str

    @property
    def is_empty(self) -> bool:
        return not self.stems and not self.begun

    def matches(self, word: str) -> bool:
        """Whether a word of a text is one that was asked for."""
        found = stem(word)
        return found in self.stems or (
            self.begun != "" and (found.startswith(self.begun) or word.startswith(self.begun))
        )


def stems_of(said: str) -> str:
    """The distinct stems of a text, between spaces."""
    return " ".join(sorted({stem(word) for word in words(clean(said, MAX_CHARS), MAX_WORDS)}))


def read_question(question: str) -> Asked:
    """What is asked for. The last word may be unfinished, unless something stands behind it."""
    cleaned = clean(question)
    found = words(cleaned)[:MAX_ASKED]
    if not found or not cleaned[-1:].isalnum():
        return Asked(tuple(dict.fromkeys(stem(word) for word in found)), "")
    # The stem of what there is of it is a beginning of the whole word's stem, but for the letters that a stem changes.
    return Asked(tuple(dict.fromkeys(stem(word) for word in found[:-1])), min(stem(found[-1]), found[-1], key=len))


# --- texts ---


def stands(tx: Tx, conversations: Iterable[str]) -> list[Stand]:
    """Of those that there are."""
    found = tx.all(_STANDS, names=names_of(conversations))
    return [Stand(name, contact, seq, Mark(*mark)) for name, contact, seq, *mark in found]


def add(tx: Tx, conversation: str, texts: Iterable[Text], *, known: Mark, upto: int) -> bool:
    """Indexes what was read behind ``known`` up to ``upto``; ``False`` where the mark was moved meanwhile, and then
    nothing was written."""
    if known == (0, 0):
        tx.execute(_BEGIN, conversation_id=conversation, seq=0, epoch=0)
    moved = tx.execute(
        _ADVANCE, conversation_id=conversation, at_epoch=known.epoch, at_seq=known.seq, new_seq=upto
    )  # fmt: skip
    if not moved:
        return False
    doc = _next_doc(tx)
    for number, one in enumerate(texts):
        tx.gather(_TEXTS, conversation, one.seq, one.at, doc + number, one.stems)
    return True


def forget(tx: Tx, conversation: str) -> None:
    """Takes everything of a conversation out of the index: its log was rewritten."""
    # First the mark: who indexes just now holds its row, and what they wrote is there to be dropped.
    tx.execute(_FORGET, conversation_id=conversation, seq=0, epoch=1)
    tx.execute(_DROP, conversation_id=conversation)


def behind(tx: Tx, *, after: str = "", limit: int = 500) -> list[str]:
    """Conversations whose end isn't indexed, in id order."""
    return [name for (name,) in tx.all(_BEHIND, after=after, limit=limit)]


def find(tx: Tx, asked: Asked, *, after: Hit = FIRST, limit: int) -> list[Hit]:
    """Where all words of a question are in one text, the latest first, from behind ``after``."""
    if asked.is_empty:
        return []
    question = _for_sqlite(asked) if tx.database == "sqlite" else _for_postgresql(asked)
    rows = tx.all(
        _FOUND, question=question, at=after.at, conversation_id=after.conversation, seq=after.seq, limit=limit
    )  # fmt: skip
    return [Hit(*row) for row in rows]


def _for_sqlite(asked: Asked) -> str:
    whole = [f'"{one}"' for one in asked.stems]
    return " AND ".join([*whole, f'"{asked.begun}"*'] if asked.begun else whole)


def _for_postgresql(asked: Asked) -> str:
    whole = [f"'{one}'" for one in asked.stems]
    return " & ".join([*whole, f"'{asked.begun}':*"] if asked.begun else whole)


def _next_doc(tx: Tx) -> int:
    """The first of a row of numbers for texts in the index of words. SQLite's writes what it has gathered whenever a
    number isn't the highest, so they ascend there, where the writer is alone. PostgreSQL has no use for them."""
    if tx.database != "sqlite":
        return secrets.randbits(62)
    row = tx.one(_LAST_DOC)
    return (row[0] if row and row[0] else 0) + 1


# --- contacts ---


def name_contact(tx: Tx, contact: str) -> None:
    """Indexes what is known of a contact, in place of what was."""
    known = people.read(tx, contact)
    wanted = words_of(known) if known is not None else set()
    if wanted == {word for (word,) in tx.all(_WORDS_OF, contact_id=contact)}:
        return
    tx.execute(_UNNAME, contact_id=contact)
    for word in sorted(wanted):
        tx.execute(_NAME, contact_id=contact, word=word)


def words_of(contact: people.Contact) -> set[str]:
    """By which words a contact is found: those of the name, the address and the company, the number with and without
    country, and their id in the business's own systems."""
    known = contact.known
    found = set(words(clean(f"{contact.name} {known.email} {known.company}")))
    found |= {clean(known.email)[:MAX_WORD], clean(known.external)[:MAX_WORD]}
    digits = "".join(ch for ch in known.phone if ch.isdigit())
    return {word for word in found | {digits, digits[-10:]} if len(word) >= SHORTEST}


def find_contacts(tx: Tx, question: str, *, limit: int) -> list[people.Contact]:
    """Contacts that have a word for the beginning of each that was asked for, as those that they are merged into."""
    asked = sorted(_beginnings(question), key=len, reverse=True)
    whole_word = clean(question.replace("\0", "")).strip()[:MAX_WORD]  # PostgreSQL knows no such character
    rows = []
    if len(whole_word) >= SHORTEST and " " not in whole_word and [whole_word] != asked:  # an id with marks in it
        rows += [(name, True) for (name,) in _beginning_with(tx, whole_word)]
    rows += [(name, False) for (name,) in (_beginning_with(tx, asked[0]) if asked else ())]
    found: dict[str, people.Contact] = {}
    for name, sure in rows:
        if (
            not sure
            and len(asked) > 1
            and not _has_all(asked[1:], [word for (word,) in tx.all(_WORDS_OF, contact_id=name)])
        ):
            continue
        whole = people.root(tx, name)
        if whole is not None:
            found.setdefault(whole.id, whole)
        if len(found) == limit:
            break
    return list(found.values())


def _beginning_with(tx: Tx, word: str) -> list[tuple[str]]:
    return [(row[0],) for row in tx.all(_NAMED, first=word, last=word + "\U0010ffff", limit=CANDIDATES)]


def find_equal(tx: Tx, field: Equal, value: str) -> list[people.Contact]:
    """Contacts of which the business keeps just this, as those that they are merged into."""
    word = "".join(ch for ch in value if ch.isdigit()) if field == "phone" else clean(value)[:MAX_WORD]
    if len(word) < SHORTEST:
        return []
    rows = tx.all(_NAMED, first=word, last=word + "\x01", limit=CANDIDATES)
    found: dict[str, people.Contact] = {}
    for (name,) in rows:
        whole = people.root(tx, name)
        if whole is not None and getattr(whole.known, field).casefold() == value.casefold():
            found[whole.id] = whole
    return list(found.values())


def _beginnings(question: str) -> list[str]:
    """An address is one word, a number without what stands between its digits; else the words."""
    cleaned = clean(question).strip()
    if "@" in cleaned and " " not in cleaned:
        return [cleaned[:MAX_WORD]]
    digits = "".join(ch for ch in cleaned if ch.isdigit())
    if len(digits) >= 5 and all(ch.isdigit() or ch in "+-() ." for ch in cleaned):
        return [digits]
    return [word for word in words(cleaned)[:MAX_ASKED] if len(word) >= SHORTEST]


def _has_all(asked: Sequence[str], known: Sequence[str]) -> bool:
    return all(any(word.startswith(beginning) for word in known) for beginning in asked)
