"""Routing: what operators carry and are offered, their slots, skill levels and shares, reasons of breaks, who knew whom"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

CARRIED = "status IN ('open', 'wrap_up')"
OFFERED = "offered_to <> ''"
SHARED = """
CREATE FUNCTION switchboard_shared(business text) RETURNS TABLE (account_id text, business_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  PERFORM set_config('switchboard.across', 'on', true);
  RETURN QUERY SELECT o.account_id, o.business_id FROM operators o
    WHERE o.account_id IN (SELECT c.account_id FROM operators c WHERE c.business_id = business) LIMIT 10000;
  PERFORM set_config('switchboard.across', 'off', true);
END $$
"""
CARRIERS = """
CREATE FUNCTION switchboard_carriers() RETURNS TABLE (business_id text, account_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  PERFORM set_config('switchboard.across', 'on', true);
  RETURN QUERY SELECT DISTINCT c.business_id, c.owner_id FROM conversations c
    WHERE c.status IN ('open', 'wrap_up') AND c.owner_id <> '' LIMIT 10000;
  PERFORM set_config('switchboard.across', 'off', true);
END $$
"""


def upgrade() -> None:
    op.add_column('presences', _words('reason'))
    op.create_table('slots',
    sa.Column('account_id', sa.Text(), nullable=False),
    _number('idle_since'),
    _number('missed'),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_slots'))
    )
    op.add_column('operators', sa.Column('levels', sa.Text(), server_default=sa.text("'{}'"), nullable=False))
    op.add_column('operators', sa.Column('capacity', sa.BigInteger(), server_default=sa.text("100"), nullable=False))
    op.add_column('contacts', _words('knew'))
    op.add_column('contacts', _number('knew_at'))
    op.add_column('conversations', _words('channel'))
    op.add_column('conversations', _words('offered_to'))
    op.create_index('ix_conversations_carried', 'conversations', ['business_id', 'owner_id'], unique=False,
                    sqlite_where=sa.text(CARRIED), postgresql_where=sa.text(CARRIED))
    op.create_index('ix_conversations_offered', 'conversations', ['business_id', 'offered_to'], unique=False,
                    sqlite_where=sa.text(OFFERED), postgresql_where=sa.text(OFFERED))
    # What rests needs no channel: it gets one when it is written next.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT set_config('switchboard.across', 'on', true)")
        op.execute(
            "UPDATE conversations SET channel = coalesce(CAST(state AS json) -> 'endpoint' ->> 'channel', '')"
            " WHERE status <> 'resolved'"
        )
        op.execute("SELECT set_config('switchboard.across', 'off', true)")
        op.execute(SHARED)
        op.execute(CARRIERS)
    else:
        op.execute(
            "UPDATE conversations SET channel = coalesce(json_extract(state, '$.endpoint.channel'), '')"
            " WHERE status <> 'resolved'"
        )


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False)
