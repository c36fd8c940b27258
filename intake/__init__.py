"""Case intake for support addresses: mail in, a case and a promise, an acknowledgment out."""

__version__ = "0.1.0"
