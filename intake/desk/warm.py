"""What readers are forked from: everything that takes long once is there before any mail's time runs.

Imported by the forkserver alone, as one of its preloaded modules; the processes share its memory.
"""

import os

# a second thread would do nothing for a text of 2,000 characters, and no thread survives a fork
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import intake.desk.reader  # noqa: F401
from intake.core.mail.language import detect

detect("The language of a text is found by a model that takes a good part of a second to load.")
