"""Labels of conversations, to find them by"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

SCOPED = ("conversation_labels",)


def upgrade() -> None:
    op.create_table('conversation_labels',
    sa.Column('business_id', sa.Text(), nullable=False),
    sa.Column('label_id', sa.Text(), nullable=False),
    sa.Column('conversation_id', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('business_id', 'label_id', 'conversation_id', name=op.f('pk_conversation_labels')),
    sqlite_with_rowid=False
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE conversation_labels ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE conversation_labels FORCE ROW LEVEL SECURITY")
        op.execute(
            "CREATE POLICY one_business ON conversation_labels USING ("
            " business_id = current_setting('switchboard.business', true)"
            " OR current_setting('switchboard.across', true) = 'on')"
        )
