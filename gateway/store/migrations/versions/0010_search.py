"""Search"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

SCOPED = ("search_texts", "search_marks", "contact_words")
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SQLITE = (
    "CREATE VIRTUAL TABLE search_words USING fts5("
    "stems, content='search_texts', content_rowid='doc', detail='none', tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER search_texts_added AFTER INSERT ON search_texts BEGIN"
    " INSERT INTO search_words (rowid, stems) VALUES (new.doc, new.stems); END",
    "CREATE TRIGGER search_texts_dropped AFTER DELETE ON search_texts BEGIN"
    " INSERT INTO search_words (search_words, rowid, stems) VALUES ('delete', old.doc, old.stems); END",
)


def upgrade() -> None:
    op.create_table('search_texts',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('doc', sa.BigInteger(), nullable=False),
    sa.Column('stems', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_search_texts_business_id')),
    sa.PrimaryKeyConstraint('business_id', 'conversation_id', 'seq', name=op.f('pk_search_texts'))
    )
    op.create_index('uq_search_texts_doc', 'search_texts', ['doc'], unique=True)
    op.create_table('search_marks',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('epoch', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_search_marks_business_id')),
    sa.PrimaryKeyConstraint('business_id', 'conversation_id', name=op.f('pk_search_marks')),
    sqlite_with_rowid=False
    )
    op.create_table('contact_words',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('word', WORD, nullable=False),
    sa.Column('contact_id', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_contact_words_business_id')),
    sa.PrimaryKeyConstraint('business_id', 'word', 'contact_id', name=op.f('pk_contact_words')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_contact_words_contact', 'contact_words', ['business_id', 'contact_id'])
    if op.get_bind().dialect.name == "postgresql":
        _postgresql()
    else:
        for statement in SQLITE:
            op.execute(statement)


def _postgresql() -> None:
    op.create_index(
        'ix_search_texts_stems', 'search_texts', [sa.text("array_to_tsvector(string_to_array(stems, ' '))")],
        postgresql_using='gin',
    )
    for table in SCOPED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY one_business ON {table} USING ("
            " business_id = current_setting('switchboard.business', true)"
            " OR current_setting('switchboard.across', true) = 'on')"
        )
