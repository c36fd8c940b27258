from datetime import timedelta

from house import NOW

from intake.store import attempts
from intake.store.attempts import Limit
from intake.store.engine import Databases

HOUR = timedelta(hours=1)
LIMIT = Limit("sign-in", attempts=2, within=HOUR)


def test_threat_49_attempts_that_a_clock_a_year_ahead_counted_lock_nobody_out(databases: Databases) -> None:
    with databases.desk.begin() as connection:
        for at in (NOW - HOUR / 2, NOW, NOW + timedelta(days=365), NOW + timedelta(days=365)):
            attempts.count(connection, LIMIT, "kim", at)
        # the newest ones have cleared away what no longer counted by their clock
        assert attempts.wait_until(connection, LIMIT, "kim", NOW) is None
        for at in (NOW - HOUR / 2, NOW):
            attempts.count(connection, LIMIT, "kim", at)
        assert attempts.wait_until(connection, LIMIT, "kim", NOW) == NOW + HOUR / 2
        assert attempts.wait_until(connection, LIMIT, "lee", NOW) is None
