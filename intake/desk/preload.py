"""What reading processes share, loaded once by the process that they are forked from; imported there alone.

The first mail read loads a language model, a second's work: a process that takes a killed one's place must not pay it.
"""

import os

# a second thread would do nothing for a text of 2,000 characters, and none survives a fork
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from intake.core.mail.message import Trust
from intake.core.mail.read import read

_ENGLISH = (
    b"Subject: A mail to begin with\n\nThe whole of what a reader needs is loaded when it reads its first mail.\n"
)

read(_ENGLISH, trust=Trust(), own_addresses=frozenset())
