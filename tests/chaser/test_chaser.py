import subprocess
import sys

# jobs of a process whose clock is set back by a year while they wait
JUMP = """
import datetime, queue, time

class Clock(datetime.datetime):
    back = datetime.timedelta()

    @classmethod
    def now(cls, tz=None):
        return super().now(tz) - cls.back

datetime.datetime = Clock
from intake.chaser import Chaser

calls, chaser = queue.Queue(), Chaser()

def work():
    calls.put(None)
    Clock.back = datetime.timedelta(days=365)
    raise ValueError("a run that fails")

chaser.every(0.2, "work", work)
chaser.start()
for _ in range(3):
    calls.get(timeout=30)
chaser.close()
print("again")
"""


def test_threat_49_jobs_come_again_however_the_clock_is_set_and_after_an_error() -> None:
    done = subprocess.run([sys.executable, "-c", JUMP], capture_output=True, timeout=120, check=False)
    assert done.stdout.splitlines()[-1:] == [b"again"], done.stderr.decode()
