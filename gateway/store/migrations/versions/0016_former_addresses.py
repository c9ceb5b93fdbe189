"""Groups that have another address now are known by the one before, too"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('identities', sa.Column('former_address', sa.Text(), server_default=sa.text("''"), nullable=False))
    known = sa.text("former_address <> ''")
    op.create_index(
        'ix_identities_former_address', 'identities', ['business_id', 'inbox_id', 'former_address'], unique=False,
        sqlite_where=known, postgresql_where=known,
    )  # fmt: skip
