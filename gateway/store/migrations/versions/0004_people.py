"""People: an inbox's sealed secret, and who is merged into a contact"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('inboxes', sa.Column('secret', sa.Text(), server_default=sa.text("''"), nullable=False))
    merged = sa.text("merged_into <> ''")
    op.create_index('ix_contacts_merged_into', 'contacts', ['business_id', 'merged_into'], unique=False, sqlite_where=merged, postgresql_where=merged)
