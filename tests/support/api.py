"""Answers of the API."""

import httpx


def problem(answer: httpx.Response, status: int) -> str:
    """The detail of a problem of that status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["title"]
    assert "\n" not in body["detail"]
    return str(body["detail"])
