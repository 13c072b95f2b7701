"""What each project of the corpus is made of: its XML, its text where that is not the usual one, and how it is packed."""

from make import ANSWERS, CODES, LABELS, USERS, code, coding, guid, place, plain_text, project, windows


NVIVO = {"unit": "utf16", "twice": True}
SHOW, LETTERS, FARE = "They ask us for show.", "🎈🎈🎈 Letters are long 🙂 and hard to read.", "Nobody paid my train fare."
PHONE, LISTENS, NEXT = "A phone call would help.", "One person listens.", "The next one 🤷‍♀️ does not."
JO = f' creatingUser="{guid("user", "Jo")}"'


def usual(**ways):
    """Return three places, one of them behind emoji."""
    return place(SHOW, coding("show"), **ways) + place(FARE, coding("pay"), **ways) + place(NEXT, coding("letters"), **ways)


def as_is(places=None, text=None, packed=(), **options):
    return project(usual() if places is None else places, **options), text, dict(packed)


def nvivo_one(words):
    return lambda: as_is(place(words, coding("travel"), **NVIVO), windows(plain_text()), origin="NVivo for Windows 12.6")


def renamed():
    ids = {"pay": "Train fares", "show": "For show only"}
    codes = "".join(code(label, described=f"What it means\nCode id: {key}", key=f"n{key}") for key, label in ids.items())
    return as_is(place(FARE, coding("npay")) + place(SHOW, coding("nshow")), codes=codes)


def copied():
    codes = code("Costs are not paid", described="Code id: pay", key="first") + code("Lost", described="Code id: pay", key="copy")
    return as_is(place(FARE, coding("first")) + place(SHOW, coding("copy")), codes=codes)


def parents():
    codes = "".join(
        code(parent, codable="false", inside=code("Other", key=f"other {parent}"), key=f"holds {parent}")
        for parent in ("Money", "Power")
    )
    return as_is(place(FARE, coding("other Money")) + place(SHOW, coding("other Power")), codes=codes)


def flat():
    codes = code("Other", key="other") + code("Costs are not paid", key="pay")
    return as_is(place(FARE, coding("pay")) + place(SHOW, coding("other")), codes=codes)


def memos():
    note = (
        f'<Notes><Note guid="{guid("memo")}" name="memo"{JO}><PlainTextContent>A memo at the place.</PlainTextContent></Note>'
        f'<Note guid="{guid("of text")}" name="m"{JO}><PlainTextContent>On the whole.</PlainTextContent></Note></Notes>'
    )
    inside = f'<Description>The chair decides.</Description>{coding("show")}<NoteRef targetGUID="{guid("memo")}"/>'
    return as_is(place(SHOW, inside), notes=note, within=f'<NoteRef targetGUID="{guid("of text")}"/>')


def linked():
    words = place(SHOW, coding("show"))
    target = guid("place", SHOW, coding("show"))
    note = f'<Notes><Note guid="{guid("memo")}" plainTextPath="internal://memo.txt"{JO}/></Notes>'
    link = f'<Links><Link guid="{guid("link")}" originGUID="{guid("memo")}" targetGUID="{target}"/></Links>'
    return as_is(words, notes=note + link, packed={"junk": (("Sources/memo.txt", b"\xef\xbb\xbfShe said so twice."),)})


def annotation():
    start = plain_text().index(SHOW)
    where = f'startPosition="{start}" endPosition="{start + 9}"'
    inside = f'<PlainTextContent>Written beside it.</PlainTextContent><PlainTextSelection guid="{guid("a")}" {where}/>'
    note = f'<Notes><Note guid="{guid("note")}"{JO}>{inside}</Note></Notes>'
    return as_is(place(SHOW, coding("show")), notes=note, within=f'<NoteRef targetGUID="{guid("note")}"/>')


def only_user_modified():
    return as_is(place(SHOW, coding("show", user=""), more=f' modifyingUser="{guid("user", "Jo")}"'))


def same_person_twice():
    users = f'<User guid="{guid("user", "Jo")}" name="Jo"/><User guid="{guid("user", "Jo at home")}" name="jo "/>'
    return as_is(place(SHOW, coding("show")) + place(SHOW, coding("pay", user="Jo at home")), users=users)


def without_lines():
    text = "\n\n".join(f"What gets in the way?\n{' '.join(pieces)}" for pieces in ANSWERS.values())
    return as_is(place(SHOW, coding("show"), text) + place(FARE, coding("pay"), text), text)


def another_key():
    text = plain_text().replace("[answer 00000000000000", "[answer ffffffffffffff")
    return as_is(place(SHOW, coding("show"), text) + place(FARE, coding("pay"), text), text)


def changed_lines(old, new):
    text = plain_text().replace(old, new)
    return lambda: as_is(place(SHOW, coding("show"), text), text)


def said_twice():
    text = f"{FARE}\n\n{' '.join(ANSWERS['00000000000000a3'])}\n\n{FARE}\n"
    return as_is(place(FARE, coding("pay"), text) + place(SHOW, coding("show"), text), text)


def cases_as_codes():
    case = f'<Cases><Case guid="{guid("code", "Ann")}" name="Ann"/></Cases>'
    return as_is(place(SHOW, coding("show")) + place(SHOW, coding("Ann")), codes=CODES + code("Ann"), more=case)


def new_codes():
    return as_is("", codes=CODES + code("Made elsewhere", described="What it means") + code("Another"))


CASES = {
    "as-the-standard-says": as_is,
    "coder-only-at-the-place": lambda: as_is(place(SHOW, coding("show", user=""), more=JO)),
    "coder-only-as-the-last-who-changed-it": only_user_modified,
    "coder-not-named-one-user": lambda: as_is(place(SHOW, coding("show", user=""))),
    "one-person-two-users": same_person_twice,
    "nvivo-one-coding": nvivo_one(NEXT),
    "nvivo-one-coding-of-a-whole-answer": nvivo_one(f"{LETTERS} {PHONE}"),
    "nvivo-one-coding-further-down": nvivo_one("Money for food ran out."),
    "nvivo-three-codings": lambda: as_is(usual(**NVIVO), windows(plain_text()), origin="NVivo 14"),
    "unknown-program-like-nvivo": lambda: as_is(usual(**NVIVO), windows(plain_text())),
    "atlas-line-ends-counted-once": lambda: as_is(usual(), windows(plain_text()), origin="ATLAS.ti 23"),
    "counted-in-bytes": lambda: as_is(usual(unit="bytes")),
    "byte-order-mark-counted": lambda: as_is(usual(mark=1), windows(plain_text(), 1)),
    "two-byte-order-marks": lambda: as_is(usual(), windows(plain_text(), 2), origin="QualCoder"),
    "end-is-the-last-character": lambda: as_is(
        "".join(
            place(words, coding("show"), ends=(0, -1)) for words in ("Buses stop", "hard to", "phone call", "fixed", "walked")
        )
    ),
    "renamed-with-our-id": renamed,
    "copied-with-our-id": copied,
    "one-label-under-two-parents": parents,
    "one-label-without-parents": flat,
    "memos": memos,
    "memo-by-a-link": linked,
    "annotation-with-its-place": annotation,
    "answers-without-our-lines": without_lines,
    "answers-with-lines-of-another-study": another_key,
    "a-blank-behind-our-lines": changed_lines("]\n", "] \n"),
    "an-empty-line-below-our-lines": changed_lines("]\n", "]\n\n"),
    "capitals-and-blanks-in-our-lines": changed_lines("[answer 00000000000000a3]", "  [Answer 00000000000000A3]"),
    "an-answer-that-stands-twice": said_twice,
    "cases-as-codes": cases_as_codes,
    "codes-made-elsewhere": new_codes,
    "is-codable-in-capitals": lambda: as_is(codes=CODES.replace('"true"', '"True"')),
    "files-of-a-mac": lambda: as_is(packed={"junk": (("__MACOSX/._project.qde", b"x"), ("__MACOSX/Sources/._a.txt", b"x"))}),
    "in-a-folder": lambda: as_is(packed={"qde": "my project/project.qde", "name": "my project/Sources/{}.txt"}),
    "backslashes": lambda: as_is(path="internal:\\\\{}.txt", packed={"name": "Sources\\{}.txt"}),
    "path-of-the-folder": lambda: as_is(path="Sources/{}.txt"),
    "path-with-one-slash": lambda: as_is(path="internal:/{}.txt"),
    "guids-in-braces-and-capitals": lambda: as_is(
        codes=CODES.replace(guid("code", "show"), "{" + guid("code", "show").upper() + "}")
    ),
    "xml-with-two-marks": lambda: (b"\xef\xbb\xbf\xef\xbb\xbf" + project(usual()).encode(), None, {}),
    "text-in-utf-16": lambda: as_is(text=plain_text().encode("utf-16")),
    "unescaped-ampersand": lambda: as_is(
        place(SHOW, coding("show")),
        notes=f'<Notes><Note guid="{guid("n")}"{JO}><PlainTextContent>Tea & cake</PlainTextContent></Note></Notes>',
    ),
}
assert set(LABELS) and USERS
