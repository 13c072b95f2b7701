"""Projects as other programs write them, made by hand for tests."""

from zipfile import ZIP_DEFLATED, ZipFile


GUID = "00000000-0000-4000-8000-{:0>12}"


def guid(number):
    return GUID.format(number)


def place(number, start, end, *codings, more=""):
    inside = "".join(codings) + more
    return f'<PlainTextSelection guid="{guid(number)}" startPosition="{start}" endPosition="{end}">{inside}</PlainTextSelection>'


def coding(number, code, user, made_at="2026-03-01T10:00:00Z"):
    when = f' creationDateTime="{made_at}"' if made_at else ""
    return f'<Coding guid="{guid(number)}" creatingUser="{guid(user)}"{when}><CodeRef targetGUID="{guid(code)}"/></Coding>'


def project_xml(codes=(), users=(), source="", notes="", more="", namespace="urn:QDA-XML:project:1.0"):
    book = "".join(f'<Code guid="{guid(n)}" name="{name}" isCodable="true"/>' for n, name in codes)
    people = "".join(f'<User guid="{guid(n)}" name="{name}"/>' for n, name in users)
    return (
        f'<?xml version="1.0" encoding="utf-8"?><Project xmlns="{namespace}" name="theirs" origin="Another Program 9">'
        f"<Users>{people}</Users><CodeBook><Codes>{book}</Codes></CodeBook>"
        f"<Sources>{source}{more}</Sources>{notes}</Project>"
    )


def write_archive(path, parts, *, compression=ZIP_DEFLATED):
    with ZipFile(path, "w", compression) as archive:
        for name, content in parts:
            archive.writestr(name, content if isinstance(content, bytes) else content.encode())
    return path


def text_source(number, *places, path=None):
    path = path or f"internal://{guid(number)}.txt"
    return f'<TextSource guid="{guid(number)}" name="t" plainTextPath="{path}">{"".join(places)}</TextSource>'
