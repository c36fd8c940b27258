"""Ranking open cases anew once another version of their policy serves: some at a time, beside other work."""

from intake.desk.house import House
from intake.store import cases, listing
from intake.store.engine import reading

AT_A_TIME = 500
AT_ONCE = 10_000


def catch_up(house: House) -> int:
    """Ranks cases that were ranked by another version of their policy than serves; gives back how many.

    At most some thousands in one go: the list shows the rest where they stood. The next go takes these.
    """
    with reading(house.databases.desk) as connection:
        names = listing.policies(connection)
    return sum(_policy(house, name) for name in names)


def _policy(house: House, name: str) -> int:
    policy = house.policies.serving(name)
    version, done, last = policy.version if policy else "", 0, 0
    while done < AT_ONCE:
        with reading(house.databases.desk) as connection:
            ids = listing.ranked_otherwise(connection, name, version, last, AT_A_TIME)
            found = list(cases.each(connection, ids))
        if not found:
            break
        rows = []
        for case in found:
            rank, ranked_by = house.ranks(case)
            rows.append({"id": case.id, "version": case.version, "rank": rank, "ranked_by": ranked_by})
        with house.databases.desk.begin() as connection:
            listing.rank_anew(connection, rows)
        done, last = done + len(found), found[-1].id
    return done
