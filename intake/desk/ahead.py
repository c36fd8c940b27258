"""Mails whose reading has begun before their turn, so that the desk decides some while the next are read."""

from collections.abc import Sequence

from intake.desk.reader import Chunk, Reader, Reading, Specs


class Ahead:
    """What a desk has had begun. For one thread.

    What a mail reads as depends on its bytes, which never change, and on the fields asked for: a reading that was begun
    for other fields does not count.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._begun: dict[int, Chunk] = {}

    def take(self, ids: Sequence[int], following: Sequence[int], specs: Specs) -> dict[int, Reading]:
        """The readings of some mails; those of the mails that follow are begun. Raises as `Reader.kept` does."""
        begun = {each: chunk for each, chunk in self._begun.items() if specs.items() <= chunk.specs.items()}
        # what fails to be read is not kept, but begun anew
        self._begun = {}
        begun |= self._started([each for each in ids if each not in begun], specs)
        chunks = dict.fromkeys(begun[each] for each in ids)
        begun |= self._started([each for each in following if each not in begun], specs)
        self._begun = {each: begun[each] for each in following if begun[each] not in chunks}
        readings = self._reader.finish(chunks)
        return {each: readings[each] for each in ids}

    def _started(self, ids: Sequence[int], specs: Specs) -> dict[int, Chunk]:
        return {each: chunk for chunk in self._reader.begin(ids, specs) for each in chunk.ids}
