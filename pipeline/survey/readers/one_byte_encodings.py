"""Tell the encoding of text in which each character is one byte, by whether letters and signs stand where they belong."""

import re
from collections.abc import Iterator

from pipeline.errors import DataError


_WESTERN = ("éèêëàâùûçîïôœæÿ", "äöüß", "áéíóúñü", "áâãàçéêíóôõú", "àèéìòù", "åäöæøéá", "âêîôûŵŷäëïöüáé", "áéíóúàèìòù")
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșțşţ", "čćđšž")
_TURKISH, _BALTIC = ("çğıöşüâî",), ("āčēģīķļņšūž", "ąčęėįšųūž", "äõöüšž")
_CYRILLIC = ("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя")
_GREEK = ("αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ",)
_ENCODINGS = {
    # The first that fits best, so that the commonest come first.
    "cp1252": _WESTERN,
    "mac_roman": _WESTERN,
    "latin-1": _WESTERN,
    "iso8859_15": _WESTERN,
    "cp850": _WESTERN,
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp1254": _TURKISH,
    "cp1257": _BALTIC,
    "cp1251": _CYRILLIC,
    "koi8_u": _CYRILLIC,
    "cp1253": _GREEK,
}
# Where each sign of print stands: what comes before it, and what after.
_BETWEEN = {
    "’": re.compile(r"\w’\w|\w’(?=\W|$)|(?:^|\W)’\w|\d’"),
    "‘": re.compile(r"(?:^|[\s\"“(,;\t-])‘\w"),
    "“": re.compile(r"(?:^|[\s\"‘(,;\t–—-])“[\w‘…]"),
    "”": re.compile(r"[\w.,!?’…)%]”(?:$|\W)"),
    "–": re.compile(r"[\s\d\w]–(?:$|[\s\d\w])"),
    "—": re.compile(r"[\s\d\w]—(?:$|[\s\d\w])"),
    "…": re.compile(r"(?:[\w\s.,!?’”]|^)…(?:$|[\s\W]|\w)"),
    "£": re.compile(r"£ ?\d|£(?:$|[\sks])"),
    "€": re.compile(r"€ ?\d|\d ?€|(?:^|\s)€(?:$|\s)"),
    "°": re.compile(r"\d ?°|°[CF]"),
    "•": re.compile(r"(?:^|\s|\")•"),
    "·": re.compile(r"(?:^|\s|\")·|\w·\w"),
    "\xa0": re.compile(r"(?:[^\W_]|[.,:;!?)”’»\s]|^)\xa0"),
    "½": re.compile(r"(?:\d|\s|^)½"),
    "¼": re.compile(r"(?:\d|\s|^)¼"),
    "«": re.compile(r"(?:^|\s|\"|\()«"),
    "»": re.compile(r"»(?:$|\s|\W)"),
    "¿": re.compile(r"(?:^|[\s\"(,;\t])¿\w"),
    "¡": re.compile(r"(?:^|[\s\"(,;\t])¡\w"),
    "™": re.compile(r"\w™"),
    "®": re.compile(r"\w®"),
    "©": re.compile(r"(?:^|\s)©"),
    "\xad": re.compile(r"\w\xad\w"),
}  # fmt: skip
_SAMPLE, _MOST_LOOKED_AT = 400_000, 5_000
_CLEAR = 0.9


def decode_one_byte(data: bytes) -> tuple[str, str, bool]:
    """Return the text, its encoding, and whether signs stand in it where they do not belong."""
    first = re.search(rb"[\x80-\xff]", data)
    begin = max(0, (first.start() if first else 0) - 100)
    sample = data[begin : begin + _SAMPLE]
    scores = {encoding: score for encoding in _ENCODINGS if (score := _score(sample, encoding)) is not None}
    best = max(scores, key=lambda encoding: scores[encoding], default="latin-1")
    for encoding in (best, *scores, "latin-1"):
        try:
            return data.decode(encoding), encoding, scores.get(best, 0.0) < _CLEAR or encoding != best
        except UnicodeDecodeError:
            # Farther down stands a byte that this encoding does not know.
            continue
    raise DataError("it is not text, whatever its name says. Save or export it again as text.")


def _score(sample: bytes, encoding: str) -> float | None:
    """Return the share of characters beyond ASCII that stand where they belong, in the language in which most do."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return None
    places = [match.start() for match, _ in zip(re.finditer(r"[^\x00-\x7f]", text), range(_MOST_LOOKED_AT), strict=False)]
    if not places:
        return 1.0
    signs = sum(_fits(text, place) for place in places if not text[place].isalpha())
    letters = [text[place].lower() for place in places if text[place].isalpha() and _stands_as_letter(text, place)]
    in_words = max((sum(letter in alphabet for letter in letters) for alphabet in _alphabets(encoding)), default=0)
    return (signs + in_words) / len(places)


def _alphabets(encoding: str) -> Iterator[str]:
    yield from _ENCODINGS[encoding]


def _fits(text: str, place: int) -> bool:
    pattern = _BETWEEN.get(text[place])
    if pattern is None:
        return False
    around = text[max(0, place - 1) : place + 3].split("\n")
    # The piece of the line in which the sign itself stands.
    return any(pattern.search(piece.strip("\r")) is not None for piece in around if text[place] in piece)


def _stands_as_letter(text: str, place: int) -> bool:
    """Tell whether a letter stands in a word, and a capital not in its midst after a small one."""
    before, letter = text[place - 1 : place] if place else "", text[place]
    after = text[place + 1 : place + 2]
    if letter.isupper():
        word = re.search(r"[^\W\d_]*$", text[max(0, place - 30) : place])
        return not (word and any(map(str.islower, word[0]))) and (after.isalpha() or before.isalpha())
    return before.isalpha() or after.isalpha() or letter in "àéèâêôûœöå"
