"""What changed since the last wave: codes and themes then and now, and which differences are more than chance."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.methods.disclosure.cells import ANY
from pipeline.report.blocks import Block, Cell, Heading, Paragraph, Points, ReportSection, TableBlock, nothing_to_show
from pipeline.report.code_shares import grounds
from pipeline.report.comparison_blocks import comparison_chart, share_axis
from pipeline.report.earlier_wave import WaveChange, are_read_alike, changes_of_codes, changes_of_themes, meanings
from pipeline.report.group_comparison import GroupComparison, GroupEstimate
from pipeline.report.numbers_in_words import NOT_SHOWN, number, people, percent, sentence_case
from pipeline.runtime.plurals import agreeing, listed, n_of
from pipeline.workflow.results import RunResults, Waves


HOW = (
    "Each person counts once in a wave, however much they wrote. A difference is in percentage points, with its 95% interval: "
    "what chance alone can do with this many people. We say that the waves differ only where that interval leaves out “no "
    "change”. Of twenty comparisons, one will do so by chance."
)
NOT_CAUSE = (
    "A difference does not say why: other people may have been asked, in another way, or the coding may have been checked more."
)
SEPARATE = "The themes of the two waves were found separately, so they are not compared."
READ_OTHERWISE = (
    "Themes are not compared. They could be once both waves are read with the same saved themes: themes that are found leave "
    "some texts on their own, saved ones take every text in, so that the same answers give other numbers."
)
NOT_READ = (
    "Codes are not compared. They could be once people have read all excerpts of both waves, or some of each drawn at random: a "
    "difference between suggestions, or between what people happened to read, may come of another coder or codebook, and not of "
    "what people said."
)
NO_CODES = "The two codebooks have no code in common that may be shown, so codes are not compared."
THEN, NOW = "Then", "Now"
NOT_NAMED = "The study names no earlier wave to compare with."


def waves(source: RunResults) -> ReportSection:
    """Return what changed since the wave that the study names."""
    name, heading = "since-the-last-wave", "What changed since the last wave"
    if source.waves is None:
        return nothing_to_show(name, heading, NOT_NAMED)
    return ReportSection(name, heading, tuple(_compared(source, source.waves)))


def _compared(source: RunResults, waves: Waves) -> Iterator[Block]:
    yield Paragraph(f"The last wave is “{waves.earlier.study.settings.name}”. {HOW} {_who(waves)} {NOT_CAUSE}")
    cautions = tuple(_cautions(source, waves.earlier))
    if cautions:
        yield Points(cautions)
    codes = changes_of_codes(source, waves)
    if codes:
        yield from _changes(source, codes, source.labels, ("codes", "Codes", "Code"))
    else:
        yield Paragraph(NO_CODES if _are_read(source, waves.earlier) else NOT_READ)
    themes = changes_of_themes(source, waves)
    if themes:
        titles = _titles(source)
        yield from _changes(source, themes, {change.key: titles[change.key] for change in themes}, ("themes", "Themes", "Theme"))
    elif len(source["themes"]):
        yield Paragraph(SEPARATE if are_read_alike(source, waves) else READ_OTHERWISE)


def _are_read(source: RunResults, earlier: RunResults) -> bool:
    rests_on = {grounds(wave, ANY) for wave in (source, earlier)}
    return len(rests_on) == 1 and rests_on != {"none"}


def _who(waves: Waves) -> str:
    if not waves.in_both:
        return "The two waves are taken to be of different people."
    # To the nearest ten, as no rule of disclosure has rounded it.
    return f"About {people(round(waves.in_both, -1))} answered both, which the intervals allow for."


def _cautions(source: RunResults, earlier: RunResults) -> Iterator[str]:
    asked = [{wave.wording(name) for name in wave.study.settings.intake.questions} for wave in (source, earlier)]
    if asked[0] != asked[1]:
        yield "The two waves did not ask the same open questions in the same words, so people may have spoken of other things."
    meant = [meanings(wave) for wave in (source, earlier)]
    other = [source.label(code) for code in meant[0] if code in meant[1] and meant[0][code] != meant[1][code]]
    if other:
        yield f"The meaning of {_codes(other)} was changed in between, so there is no comparison."
    for state, codes, others in (("new", *meant), ("no longer in the codebook", *reversed(meant))):
        only = [(source if state == "new" else earlier).label(code) for code in codes if code not in others]
        if only:
            yield f"{sentence_case(_codes(only))} {agreeing(len(only), 'is', 'are')} {state}, so there is nothing to compare."
    checked = [float(wave["counts"]["reviewed"].max()) if len(wave["counts"]) else 0.0 for wave in (earlier, source)]
    yield f"People had checked {percent(checked[0])} of the codes then, and {percent(checked[1])} now."


def _codes(labels: Sequence[str]) -> str:
    return f"the {agreeing(len(labels), 'code', 'codes')} {listed([f'“{label}”' for label in labels])}"


def _titles(source: RunResults) -> dict[str, str]:
    # Titles arrive with the words held back that must be.
    themes = source["themes"]
    names = zip(themes["theme_id"], themes["number"], themes["title"], strict=True)
    return {theme: f"{number_}. {sentence_case(title) or 'Words held back'}" for theme, number_, title in names}


def _changes(
    source: RunResults, changes: Sequence[WaveChange], labels: Mapping[str, str], names: tuple[str, str, str]
) -> Iterator[Block]:
    name, heading, first = names
    # What may not be shown comes last.
    largest_first = sorted(changes, key=lambda change: -change.now.estimate if change.shown else 1.0)
    table = TableBlock(
        name=f"waves-{name}",
        caption=f"{heading}: share of the people who answered, in the last wave and now",
        header=(first, THEN, NOW, "Difference in percentage points"),
        rows=tuple((labels[change.key], *_cells(change)) for change in largest_first),
        note=f"A figure that may not be shown in one wave is compared in neither. {sentence_case(source.profile.rule)}.",
    )
    chart = _chart(source, largest_first, labels, table)
    yield Heading(heading)
    yield Points(tuple(_sentences(largest_first, labels)))
    yield chart or table


def _sentences(changes: Sequence[WaveChange], labels: Mapping[str, str]) -> Iterator[str]:
    apart = sorted((change for change in changes if change.told_apart), key=lambda change: -abs(change.difference))
    for change in apart:
        word = "More" if change.difference > 0 else "Fewer"
        yield (
            f"{word} people spoke of “{labels[change.key]}” than in the last wave: {percent(change.now.estimate)} now, "
            f"{percent(change.then.estimate)} then ({_span(change)} points)."
        )
    alike = [labels[change.key] for change in changes if change.shown and not change.told_apart]
    # All three kinds are named, so that nothing is dropped in silence.
    hidden = sum(not change.shown for change in changes)
    if alike:
        named = listed([f"“{label}”" for label in alike])
        which = named if len(alike) <= 5 else f"{'all' if len(alike) == len(changes) else 'another'} {len(alike)}"
        yield f"On {which} we cannot tell these waves apart."
    if hidden:
        yield f"On {n_of(hidden, 'other')} too few figures may be shown to compare the waves."


def _cells(change: WaveChange) -> tuple[Cell, Cell, Cell]:
    if not change.shown:
        return NOT_SHOWN, NOT_SHOWN, NOT_SHOWN
    then, now = ((change.then, change.earlier, change.earlier_base), (change.now, change.n, change.base))
    cells = (f"{percent(share.estimate)}\n{_people(n, base)}" for share, n, base in (then, now))
    return (*cells, f"{_points(change.difference)}\n{_span(change)}")  # type: ignore[return-value]


def _people(n: float, base: float) -> str:
    # Beside an estimate of excerpts, what people read so far may be of too few to be shown.
    return f"of {number(base)} people" if n != n else f"{number(n)} of {number(base)}"


def _span(change: WaveChange) -> str:
    return f"{_points(change.low)} to {_points(change.high)}"


def _points(share: float) -> str:
    # A true minus, which no spreadsheet takes for a formula.
    rounded = round(share * 100)
    return f"{'+' if rounded > 0 else '−' if rounded < 0 else ''}{abs(rounded)}"


def _chart(source: RunResults, changes: Sequence[WaveChange], labels: Mapping[str, str], table: TableBlock) -> Block | None:
    cells = {}
    for change in changes:
        waves = ((THEN, change.earlier, change.earlier_base, change.then), (NOW, change.n, change.base, change.now))
        for level, n, base, share in waves:
            if change.shown:
                cells[change.key, level] = GroupEstimate(change.key, level, n, base, *share)
    shown = {change.key: labels[change.key] for change in changes if change.shown}
    comparison = GroupComparison("share", "wave", shown, (THEN, NOW), cells, source.profile)
    return comparison_chart(
        comparison,
        table,
        share_axis(comparison),
        title="Share of people in the last wave and now, with 95% intervals",
        headline=next(_sentences(changes, labels)).removesuffix("."),
    )
