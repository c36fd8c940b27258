"""The API under /api/v1: what the console does, for programs with tokens."""
