"""The words by which somebody of the desk says in a mail that a case is theirs."""

import re

SAID = frozenset(
    {
        "i have it",
        "i have this",
        "i have this one",
        "i have got it",
        "i've got it",
        "i've got this",
        "i got it",
        "i got this",
        "i am on it",
        "i'm on it",
        "i will take it",
        "i'll take it",
        "i take it",
        "ich habe es",
        "ich hab es",
        "ich hab's",
        "ich habe ihn",
        "ich hab ihn",
        "ich habe das",
        "hab ich",
        "habe ich",
        "ich bin dran",
        "ich kümmere mich",
        "ich kümmere mich darum",
        "ich kümmer mich",
        "ich kümmer mich drum",
        "ich übernehme",
        "ich übernehme es",
        "ich übernehme das",
        "ich übernehme ihn",
    }
)
_APOSTROPHES = str.maketrans("’‘`´", "''''")
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")


def says_have_it(words: str) -> bool:
    """Whether a person's own words of a mail are nothing but "I have it", in English or German.

    With anything more they may be an answer to the customer, so they are not: there is the command `/have-it`.
    """
    lines = [line for line in words.splitlines() if line.strip()]
    if len(lines) != 1 or len(lines[0]) > 80:
        return False
    plain = " ".join(lines[0].casefold().translate(_APOSTROPHES).split())
    return not lines[0].rstrip().endswith("?") and _AROUND.sub("", plain) in SAID
