"""Tells what the writer added from what was quoted."""


def new_text(text: str) -> str:
    """What the writer of `text` added: quotes and signature folded away; all of it where nothing would be left."""
    return text
