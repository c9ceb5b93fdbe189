"""Files"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

SCOPED = ("files",)
UNATTACHED = "conversation_id = ''"


def upgrade() -> None:
    op.create_table('files',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('object', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('uploaded_by', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('seq', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_files_business_id')),
    sa.PrimaryKeyConstraint('business_id', 'id', name=op.f('pk_files'))
    )
    op.create_index('uq_files_object', 'files', ['business_id', 'object'], unique=True)
    op.create_index('ix_files_conversation', 'files', ['business_id', 'conversation_id'], unique=False)
    op.create_index(
        'ix_files_unattached', 'files', ['created_at'], unique=False,
        sqlite_where=sa.text(UNATTACHED), postgresql_where=sa.text(UNATTACHED),
    )
    if op.get_bind().dialect.name == "postgresql":
        _postgresql()


def _postgresql() -> None:
    """Row-level security as of the other tables of a business (0001), and what the sweeper may see across them."""
    op.execute("ALTER TABLE files ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE files FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY one_business ON files USING ("
        " business_id = current_setting('switchboard.business', true)"
        " OR current_setting('switchboard.across', true) = 'on')"
    )
    op.execute("""
CREATE FUNCTION switchboard_unattached_files(before bigint, most bigint) RETURNS TABLE (business_id text, id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  PERFORM set_config('switchboard.across', 'on', true);
  RETURN QUERY SELECT f.business_id, f.id FROM files f
    WHERE f.conversation_id = '' AND f.created_at < before ORDER BY f.created_at LIMIT most;
  PERFORM set_config('switchboard.across', 'off', true);
END $$
""")
