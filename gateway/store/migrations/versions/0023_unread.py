"""Unread answers go out another way: links in letters, and who wants no more of them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

SCOPED = ("letter_stops",)


def upgrade() -> None:
    op.add_column('channel_links', sa.Column('kind', sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column('channel_links', sa.Column('seq', sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.create_table('letter_stops',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('address_hash', sa.Text(), nullable=False),
    sa.Column('stopped_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['businesses.id'], name=op.f('fk_letter_stops_business_id_businesses')),
    sa.PrimaryKeyConstraint('business_id', 'address_hash', name=op.f('pk_letter_stops'))
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
