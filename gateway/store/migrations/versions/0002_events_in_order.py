"""Events of an SQLite file lie in the order in which they came.

Kept inside the index of their key, every conversation's events had pages of their own, and a group's COMMIT wrote one
for each conversation in it. In a table of its own the new rows of all conversations share their pages, and the index
holds the short keys alone (SQLite's advice for rows of more than a twentieth of a page).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.create_table('events_in_order',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['business_id', 'conversation_id'], ['conversations.business_id', 'conversations.id'], name=op.f('fk_events_business_id_conversation_id')),
    sa.PrimaryKeyConstraint('business_id', 'conversation_id', 'seq', name=op.f('pk_events')),
    )
    op.execute("INSERT INTO events_in_order SELECT business_id, conversation_id, seq, id, at, body FROM events ORDER BY id")
    op.drop_table('events')
    op.rename_table('events_in_order', 'events')
