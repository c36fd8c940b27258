"""Ranking open cases anew once another version of their policy serves: some at a time, beside other work."""

from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import Connection

from intake.desk.house import House
from intake.store import cases, listing
from intake.store.engine import reading

AT_A_TIME = 500
AT_ONCE = 10_000

Find = Callable[[Connection, int, int], Sequence[int]]


def catch_up(house: House) -> int:
    """Ranks cases that were ranked by another version of their policy than serves, or by none; gives back how many.

    Without a rank are those that a program of an older version opened while this one had the tables changed already.
    At most some thousands in one go: the list shows the rest where they stood. The next go takes these.
    """
    with reading(house.databases.desk) as connection:
        names = listing.policies(connection)
    return _place(house, listing.misplaced) + sum(_place(house, _of(house, name)) for name in names)


def _of(house: House, name: str) -> Find:
    policy = house.policies.serving(name)
    return partial(listing.ranked_otherwise, policy=name, version=policy.version if policy else "")


def _place(house: House, find: Find) -> int:
    done, last = 0, 0
    while done < AT_ONCE:
        with reading(house.databases.desk) as connection:
            found = list(cases.each(connection, find(connection, last, AT_A_TIME)))
        if not found:
            break
        rows = [{"id": case.id, "version": case.version, **cases.place(case, house.ranks)} for case in found]
        with house.databases.desk.begin() as connection:
            listing.place_anew(connection, rows)
        done, last = done + len(found), found[-1].id
    return done
