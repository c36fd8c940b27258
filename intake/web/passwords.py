"""Passwords by argon2. A check takes time and memory on purpose, so only a few run at once."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from intake.errors import IntakeError

SHORTEST, LONGEST = 12, 1_000
AT_ONCE = 2


class Passwords:
    """Making and checking hashes, at the cost that the library holds right unless another hasher is given."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = threading.BoundedSemaphore(AT_ONCE)
        self._nobodys = self._hasher.hash("nobody has this one")

    def hashed(self, password: str) -> str:
        """The hash of a new password. Raises `IntakeError` for one that is too short or too long."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise IntakeError(f"a password has at least {SHORTEST} characters; a few words in a row are easy to keep")
        with self._turn:
            return self._hasher.hash(password)

    def fits(self, password: str, stored: str | None) -> bool:
        """Whether a password is the stored one. It takes as long where there is none, so that nobody can tell."""
        with self._turn:
            try:
                self._hasher.verify(stored or self._nobodys, password)
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether a hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)
