"""Sounds that calls play in place of a voice; the recordings of calls by their age"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

SCOPED = ("sounds",)


def upgrade() -> None:
    op.create_table('sounds',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('named', sa.Text(), nullable=False),
    sa.Column('former', sa.Text(), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('locale', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('object', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('milliseconds', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('created_by', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_sounds_business_id_businesses')),
    sa.PrimaryKeyConstraint('business_id', 'id', name=op.f('pk_sounds'))
    )
    op.create_index('uq_sounds_named', 'sounds', ['business_id', 'named'], unique=True)
    op.create_index('uq_sounds_object', 'sounds', ['object'], unique=True)
    recordings = sa.text("uploaded_by = 'recording'")
    op.create_index('ix_files_recordings', 'files', ['business_id', 'created_at'], sqlite_where=recordings, postgresql_where=recordings)
    if op.get_bind().dialect.name == "postgresql":
        for table in SCOPED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY one_business ON {table} USING ("
                " business_id = current_setting('switchboard.business', true)"
                " OR current_setting('switchboard.across', true) = 'on')"
            )
