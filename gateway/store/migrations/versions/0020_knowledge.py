"""Knowledge: versions of articles, whether they helped, and what was asked in vain"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

SCOPED = ("article_versions", "article_votes", "unanswered")
PUBLISHED = "published = 1"


def upgrade() -> None:
    op.create_table('article_versions',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('article_id', sa.Text(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    _words('category'),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('made_at', sa.BigInteger(), nullable=False),
    _words('made_by'),
    _number('published'),
    _of_business('article_versions'),
    sa.PrimaryKeyConstraint('business_id', 'article_id', 'locale', 'number', name=op.f('pk_article_versions'))
    )
    op.create_index('ix_article_versions_published', 'article_versions', ['business_id', 'article_id', 'locale'],
                    unique=False, sqlite_where=sa.text(PUBLISHED), postgresql_where=sa.text(PUBLISHED))
    op.create_table('article_votes',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('article_id', sa.Text(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    _number('helped'),
    _number('unhelped'),
    _of_business('article_votes'),
    sa.PrimaryKeyConstraint('business_id', 'article_id', 'locale', name=op.f('pk_article_votes'))
    )
    op.create_table('unanswered',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    _number('times'),
    sa.Column('asked_at', sa.BigInteger(), nullable=False),
    _words('origin'),
    _of_business('unanswered'),
    sa.PrimaryKeyConstraint('business_id', 'locale', 'question', name=op.f('pk_unanswered'))
    )
    op.create_index('ix_unanswered_asked', 'unanswered', ['business_id', 'asked_at'], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table in SCOPED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY one_business ON {table} USING ("
                " business_id = current_setting('switchboard.business', true)"
                " OR current_setting('switchboard.across', true) = 'on')"
            )


def _of_business(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f(f'fk_{table}_business_id_businesses'))


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False)
