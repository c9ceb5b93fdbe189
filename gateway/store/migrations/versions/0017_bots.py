"""Bots are taught here: a draft for each business, and versions that keep what they were made from"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

SCOPED = ("bot_drafts",)
PUBLISHED = """
CREATE FUNCTION switchboard_published_bots() RETURNS TABLE (business_id text, version text, artifact text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  PERFORM set_config('switchboard.across', 'on', true);
  RETURN QUERY SELECT b.business_id, b.version, b.artifact FROM bot_versions b WHERE b.status = 'published'
    ORDER BY b.business_id;
  PERFORM set_config('switchboard.across', 'off', true);
END $$
"""


def upgrade() -> None:
    op.add_column('bot_versions', sa.Column('number', sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column('bot_versions', sa.Column('source', sa.LargeBinary(), nullable=True))
    op.add_column('bot_versions', sa.Column('made_by', sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column('bot_versions', sa.Column('note', sa.Text(), server_default=sa.text("''"), nullable=False))
    op.create_table('bot_drafts',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('revision', sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    sa.Column('source', sa.LargeBinary(), nullable=False),
    sa.Column('before', sa.LargeBinary(), nullable=True),
    sa.Column('based_on', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('changed_by', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('changed_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_bot_drafts_business_id_businesses')),
    sa.PrimaryKeyConstraint('business_id', name=op.f('pk_bot_drafts')),
    sqlite_with_rowid=False
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in SCOPED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY one_business ON {table} USING ("
                " business_id = current_setting('switchboard.business', true)"
                " OR current_setting('switchboard.across', true) = 'on')"
            )
        op.execute(PUBLISHED)
