"""A form that came after its session had ended: its words wait in the browser's new session until the person is back."""

from flask import request, session


_LONGEST = 20_000


def keep() -> bool:
    """Keep the words of the form that was just sent, for the person it was made for, and say whether there were any."""
    words = {name: request.form.getlist(name) for name in request.form if name != "csrf_token"}
    fits = sum(len(value) for values in words.values() for value in values) <= _LONGEST
    if fits and words.get("person"):
        session["pending"] = {"path": request.path, "words": words}
        return True
    return False


def place() -> str:
    """Return the page to come back to after signing in."""
    return request.path if request.method == "GET" else str(session.get("pending", {}).get("path", "/"))


def take(path: str, person: str) -> dict[str, list[str]] | None:
    """Return the words that wait for this page and person, and keep them no longer."""
    found = session.get("pending")
    if not found or found["path"] != path or found["words"]["person"] != [person]:
        return None
    del session["pending"]
    words: dict[str, list[str]] = found["words"]
    return words
