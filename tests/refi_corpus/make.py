"""Write the projects of this folder anew: `python tests/refi_corpus/make.py`. Every word in them is invented.

Each is what some program, or some person between two programs, makes of one small survey. README.md says what is in each.
"""

import sys
import uuid
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_STORED, ZipFile, ZipInfo


FOLDER = Path(__file__).resolve().parent
NAMESPACE = "urn:QDA-XML:project:1.0"
ANSWERS = {
    "00000000000000a1": ("The clinic opens at nine.", "Buses stop at six."),
    "00000000000000a2": ("🎈🎈🎈 Letters are long 🙂 and hard to read.", "A phone call would help."),
    "00000000000000a3": ("Plans were fixed beforehand. 😡", "They ask us for show."),
    "00000000000000a4": ("Nobody paid my train fare.",),
    "00000000000000a5": ("One person listens.", "The next one 🤷‍♀️ does not."),
    "00000000000000a6": ("Money for food ran out.",),
    "00000000000000a7": ("Nobody paid my train fare home.", "I walked."),
}
LABELS = {"pay": "Costs are not paid", "letters": "Letters & forms", "show": "Asked for show", "travel": "Getting there"}


def plain_text():
    return "".join(f"[answer {answer}]\n{' '.join(pieces)}\n\n" for answer, pieces in ANSWERS.items())


def guid(*parts):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, parts))))


def counted(text, place, *, unit="", twice=False, mark=0, shift=0):
    before = text[:place]
    size = {"utf16": len(before.encode("utf-16-le")) // 2, "bytes": len(before.encode())}.get(unit, len(before))
    return size + (before.count("\n") if twice else 0) + mark + shift


def code(label, *, described="", codable="true", key="", inside=""):
    text = f"<Description>{escape(described)}</Description>" if described else ""
    return f'<Code guid="{guid("code", key or label)}" name={quoteattr(label)} isCodable="{codable}">{text}{inside}</Code>'


CODES = "".join(code(label, key=key) for key, label in LABELS.items())
USERS = f'<User guid="{guid("user", "Jo")}" name="Jo"/>'


def coding(key, user="Jo", notes="", when="2026-05-04T10:00:00Z"):
    who = f' creatingUser="{guid("user", user)}"' if user else ""
    when = f' creationDateTime="{when}"' if when else ""
    return (
        f'<Coding guid="{guid("coding", key, user, when)}"{who}{when}><CodeRef targetGUID="{guid("code", key)}"/>{notes}</Coding>'
    )


def place(words, inside, text=None, *, more="", ends=(0, 0), **ways):
    text = plain_text() if text is None else text
    first, size = text.index(words), len(words)
    start, end = (counted(text, first + step, **ways) + shift for step, shift in zip((0, size), ends, strict=True))
    where = f'startPosition="{start}" endPosition="{end}"{more}'
    return f'<PlainTextSelection guid="{guid("place", words, inside)}" {where}>{inside}</PlainTextSelection>'


def project(places, *, codes=CODES, users=USERS, origin="Test", notes="", more="", head="", path="internal://{}.txt", within=""):
    source = guid("source")
    named = f'guid="{source}" name="What gets in the way?" plainTextPath="{path.format(source)}"'
    text = f"<TextSource {named}>{places}{within}</TextSource>"
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<Project xmlns="{NAMESPACE}" name="corpus" origin="{origin}"{head}>'
        f"<Users>{users}</Users><CodeBook><Codes>{codes}</Codes></CodeBook>{more}<Sources>{text}</Sources>{notes}</Project>"
    )


def write(path, xml, text=None, *, name="Sources/{}.txt", qde="project.qde", junk=()):
    content = plain_text() if text is None else text
    content = content if isinstance(content, bytes) else content.encode()
    parts = [(qde, xml if isinstance(xml, bytes) else xml.encode()), (name.format(guid("source")), content), *junk]
    with ZipFile(path, "w", ZIP_STORED) as archive:
        for part, data in parts:
            archive.writestr(ZipInfo(part, date_time=(1980, 1, 1, 0, 0, 0)), data)


def windows(text, marks=1):
    return b"\xef\xbb\xbf" * marks + text.replace("\n", "\r\n").encode()


def files():
    """Yield the name and the arguments of `write` for each project."""
    from corpus_parts import CASES

    yield from ((name, *make()) for name, make in CASES.items())


if __name__ == "__main__":
    sys.path.insert(0, str(FOLDER))
    for case, xml, text, options in files():
        write(FOLDER / f"{case}.qdpx", xml, text, **options)
