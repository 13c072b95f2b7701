"""A study to review in a browser: ordinary words, Welsh, Arabic, very long ones, and words that try to do something."""

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from looking import follow
from saying import shown
from small_study import CODES, build_study, build_tables, save
from waitress.server import create_server

from pipeline.codebook.codebook import Codebook, write_codebook
from pipeline.review.codebook_changes import propose_change, vote
from pipeline.review.coding import Coding, decide
from pipeline.review.discussions import ReaderCoding, leave_contested
from pipeline.review.session import ReviewSession, open_review
from pipeline.review.theme_edits import rename_wish
from pipeline.review.theme_requests import ask_of_themes
from pipeline.review.web.app import create_app
from pipeline.review.web.server_config import make_site
from pipeline.study.study import Study, load_study
from pipeline.tables.parquet import TABLES, Vectors, write_table


LONG = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 6
PAYLOADS = (
    "<script>window.hurt=1</script>",
    '"><img src=x onerror="window.hurt=1">',
    "</textarea></title><svg/onload=window.hurt=1>",
    "javascript:window.hurt=1",
    "{{ 7 * 7 }}${window.hurt=1}<!--",
    "' autofocus onfocus='window.hurt=1",
    "<iframe srcdoc='<script>parent.hurt=1</script>'></iframe>",
    "</script><script>window.hurt=1</script>",
    "<a href='javascript:window.hurt=1'>x</a>",
    "<style>*{background:url(//evil.example)}</style>",
)
TEXTS = {
    "Welsh": "Doedd neb yn gwrando arnom ni. Mae'r ffurflenni'n rhy hir, a does dim digon o amser.",
    "Arabic": "لم يستمع إلينا أحد في الاجتماع، وكانت الاستمارات طويلة جدا.",
    "hard to read": "My mother died after they left her lying on the floor.",
    "long": LONG,
    **{f"payload {number}": text for number, text in enumerate(PAYLOADS)},
}
NAMES = {
    "Ann": "lived experience",
    "Ben": "researcher",
    "Siân ap Rhys": "teulu",
    PAYLOADS[1][:60]: PAYLOADS[0],
    "N" * 80: LONG[:80],
}


@dataclass(frozen=True)
class Served:
    """A page that is being served."""

    address: str
    review: ReviewSession
    app: Any
    places: dict[str, str]
    """The segment_id of each of the texts."""

    def ask(self, host: str | None, **headers: str) -> int:
        """Ask for the first page under another Host, and return the status."""
        asked = http.client.HTTPConnection(self.address.removeprefix("http://"), timeout=10)
        asked.putrequest("GET", "/", skip_host=True)
        for name, value in (({"Host": host} if host is not None else {}) | headers).items():
            asked.putheader(name, value)
        asked.endheaders()
        status = asked.getresponse().status
        asked.close()
        return status

    def enter(self, page: Any, name: str = "Ann") -> None:
        """Open the page by its launch address and choose a name."""
        page.goto(self.app.extensions["manyvoices"].launch.address())
        page.locator(f'input[value="{name}"]').check()
        follow(page.locator("main button"))


@contextmanager
def serve(folder: Path) -> Iterator[Served]:
    """Serve such a study at a free port of this machine."""
    study, places = _build(folder)
    with serve_study(study, lambda review: _let_people_speak(review, places)) as found:
        yield replace(found, places=places)


@contextmanager
def serve_study(study: Study, prepare: Callable[[ReviewSession], object], *, team: bool = False) -> Iterator[Served]:
    """Serve a study in which people have said something; as a `team` server, people sign in with passwords."""
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    site = replace(make_site("127.0.0.1", door.getsockname()[1], None), team=team)
    with open_review(study) as review:
        prepare(review)
        app = create_app(review, site, tell=lambda said: None)
        server = create_server(app, sockets=[door], threads=4, clear_untrusted_proxy_headers=False)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield Served(f"http://127.0.0.1:{door.getsockname()[1]}", review, app, {})
        finally:
            # Closed in its own thread, or the loop would wait for a second more.
            server.trigger.pull_trigger(server.close)
            thread.join(10)


def _build(folder: Path) -> tuple[Study, dict[str, str]]:
    study = build_study(folder)
    tables = build_tables(study)
    comments, segments = tables["comments"], tables["segments"]
    rows = segments.sort_values("segment_id").index[: len(TEXTS)]
    for row, text in zip(rows, TEXTS.values(), strict=True):
        before, after = "First of all. ", " That is all."
        values = {"start": len(before), "end": len(before) + len(text), "text": text, "text_id": f"{row:016x}"}
        segments.loc[row, list(values)] = list(values.values())
        comments.loc[comments["comment_id"] == segments.loc[row, "comment_id"], "text"] = before + text + after
    save(study, tables)
    odd = replace(
        CODES[3], code="odd", label=PAYLOADS[0], plain_label=PAYLOADS[1], definition=PAYLOADS[2], examples=(PAYLOADS[8],)
    )
    long = replace(odd, code="long", plain_label=LONG[:200], parent="")
    write_codebook(Codebook((*CODES, odd, long)), folder / "codebook.csv")
    texts = tables["texts"]
    matrix = np.random.default_rng(0).normal(size=(len(texts), 8)).astype(np.float16)
    write_table("vectors", Vectors(tuple(texts["text_id"]), matrix), folder / TABLES["vectors"].file)
    return load_study(folder), dict(zip(TEXTS, segments.loc[rows, "segment_id"], strict=True))


def _let_people_speak(review: ReviewSession, places: dict[str, str]) -> None:
    """Ben and Siân read all the odd texts, and differ on each; their notes try to do something, too."""
    for name, group in NAMES.items():
        review.write(lambda store, name=name, group=group: store.add_reviewer(name, group))
    for number, segment_id in enumerate(places.values()):
        for who, code in (("Ben", "odd"), ("Siân ap Rhys", "time")):
            note = PAYLOADS[number % len(PAYLOADS)]
            said = Coding("codes", (code,), note=note, new_code=note, seconds=5)
            decide(review, segment_id, who, said, version=0, shown=shown(review, segment_id), key=f"{segment_id} {who}")
    said = (ReaderCoding(("odd",), PAYLOADS[3]), ReaderCoding(("time",), LONG))
    leave_contested(review, places["payload 0"], said, by="Ben", version=0, key="contested", note=PAYLOADS[5])
    fields = {"definition": PAYLOADS[2] + " " + LONG, "examples": PAYLOADS[4]}
    number = propose_change(review, "time", fields, why=PAYLOADS[1], by=PAYLOADS[1], key="proposed").code_edit_id
    vote(review, number, "object", by="Ben", why=PAYLOADS[6])
    ask_of_themes(review, rename_wish(review.study, 1, PAYLOADS[0]), by="Ben")
