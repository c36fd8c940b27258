"""What a reply gives of the form: the writer's own lines, told apart from those of our letters that they answer."""

from collections.abc import Sequence

from intake.core.mail.attributions import quote_depth
from intake.core.mail.fields import read_fields
from intake.core.mail.form import FieldValue
from intake.core.mail.known_lines import KnownLines, plain
from intake.core.mail.labels import Labels, labels_of
from intake.core.mail.message import Message
from intake.core.mail.severity_words import severity_in_words
from intake.core.policy.policy import Policy
from intake.core.policy.severity import SEVERITY_FIELD

REPLY_CHARACTERS = 200_000
# an answer stands that near below what it answers
LOOKS_BELOW = 5


def fields_of_reply(message: Message, our_words: str, policy: Policy) -> dict[str, FieldValue]:
    """What the writer gave, in the new text or filled into a quote: lines that we wrote ourselves give nothing.

    `our_words` is what we wrote on the case, `policy` the version that it runs under. The severity counts only where
    the new text or a file has it: a quote may hold anybody's.
    """
    ours = KnownLines(our_words)
    specs = policy.specs
    labels = labels_of(specs)
    texts = [_without(labels, ours, text[:REPLY_CHARACTERS]) for text in message.form_texts]
    files = [_without(labels, ours, text) for text in message.file_texts]
    everywhere = read_fields(specs, texts, files)
    added = read_fields(specs, texts[:1], files)
    everywhere.pop(SEVERITY_FIELD, None)
    return {**everywhere, **_in_words(message.new_text), **added}


def _in_words(text: str) -> dict[str, FieldValue]:
    """The severity that a sentence of the writer's asks for."""
    found = severity_in_words(text)
    return {SEVERITY_FIELD: FieldValue(found[1], str(found[0]), valid=True)} if found else {}


def _without(labels: Labels, ours: KnownLines, text: str) -> str:
    """The text without our own lines, whole or wrapped anew by the writer's client.

    Of a line of ours that the writer answered below, the label stays.
    """
    lines = text.splitlines()
    mine: list[bool] = []
    before = ""
    for line in lines:
        words, quoted = plain(line), line.startswith(">")
        mine.append(words in ours or (quoted and ours.go_on(before, words)))
        before = words if mine[-1] and quoted else ""
    kept = [_label_answered(labels, lines, mine, n) if mine[n] else line for n, line in enumerate(lines)]
    return "\n".join(kept)


def _label_answered(labels: Labels, lines: Sequence[str], mine: Sequence[bool], number: int) -> str:
    depth, own = quote_depth(lines[number])
    hit = labels.at_start(own)
    if hit is None:
        return ""
    below = number + 1
    last = min(len(lines), below + LOOKS_BELOW)
    while below < last and mine[below] and not labels.at_start(quote_depth(lines[below])[1]):
        below += 1  # the rest of a line that the writer's client wrapped
    while below < last and not plain(lines[below]):
        below += 1
    answered = below < last and not mine[below]
    return f"{'> ' * depth}{hit.spec.label}:" if answered else ""
