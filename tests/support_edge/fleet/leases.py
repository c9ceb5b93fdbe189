"""Who holds what, as the database itself notes it: every change of a lease's holder or end, by the database's clock."""

from __future__ import annotations

from typing import NamedTuple

from tests.support_edge.fleet.nodes import Fleet

SECOND = 1_000_000
LONGEST = 120 * SECOND
"""No lease of the product's is longer."""

_NOW = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
_WATCH = f"""
CREATE TABLE lease_changes (at bigint, what text, before text, held_until bigint, after text, until bigint);
CREATE FUNCTION note_lease() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    was jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{{}}' ELSE to_jsonb(OLD) END;
    becomes jsonb := to_jsonb(NEW);
BEGIN
    IF becomes->>TG_ARGV[1] = '' OR (was->TG_ARGV[1] = becomes->TG_ARGV[1] AND was->TG_ARGV[2] = becomes->TG_ARGV[2]) THEN
        RETURN NEW;
    END IF;
    INSERT INTO public.lease_changes VALUES (
        {_NOW}, TG_TABLE_NAME || ' ' || (becomes->>TG_ARGV[0]), coalesce(was->>TG_ARGV[1], ''),
        coalesce((was->>TG_ARGV[2])::bigint, 0), becomes->>TG_ARGV[1], (becomes->>TG_ARGV[2])::bigint
    );
    RETURN NEW;
END $$;
CREATE TRIGGER note_lease AFTER INSERT OR UPDATE ON leases
    FOR EACH ROW EXECUTE FUNCTION note_lease('name', 'holder', 'until');
CREATE TRIGGER note_lease AFTER INSERT OR UPDATE ON due
    FOR EACH ROW EXECUTE FUNCTION note_lease('kind', 'lease_by', 'lease_until');
"""


class Change(NamedTuple):
    """``before`` held it until ``held_until`` ("": nobody); from ``at`` on ``after`` holds it ``until`` then (0: gave it back)."""

    at: int
    what: str
    before: str
    held_until: int
    after: str
    until: int

    @property
    def handed_over(self) -> bool:
        """Somebody holds it now who didn't before."""
        return bool(self.before) and self.before != self.after

    @property
    def doubled(self) -> bool:
        """The one before still has it."""
        return self.handed_over and self.held_until > self.at

    @property
    def endless(self) -> bool:
        """It ends at another time than a lease does: long ago, or much too late."""
        return self.until != 0 and not self.at - SECOND <= self.until <= self.at + LONGEST


async def watch_leases(fleet: Fleet) -> None:
    """From now on the fleet's database notes them."""
    await fleet.ask(_WATCH)


async def lease_changes(fleet: Fleet, *, since: int = 0) -> list[Change]:
    """What was noted, of bots' lines and of due rows."""
    rows = await fleet.ask("SELECT * FROM lease_changes WHERE at >= %s ORDER BY at", since)
    return [Change(*row) for row in rows]


async def instant(fleet: Fleet) -> int:
    """The database's now."""
    ((now,),) = await fleet.ask(f"SELECT {_NOW}")
    return int(now)
