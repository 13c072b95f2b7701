"""Invented answers teach the coder where a study's codes are those they were written for; people's decisions outweigh them."""

from dataclasses import replace

import numpy as np
import pytest
from sample import SAMPLE

from pipeline.codebook.codebook import Code, Codebook, read_codebook
from pipeline.codebook.written_answers import (
    EXCERPTS,
    LATER,
    VOICES,
    kept_vectors,
    matching_codes,
    rows_of,
    text_key,
    written_answers,
)
from pipeline.methods.coder import CodebookClassifier
from pipeline.methods.coder.written_examples import WrittenExamples, WrittenExcerpt, weight_beside, written_examples, written_note
from pipeline.methods.embedding.embedders import load_embedder
from pipeline.study.study import load_study
from pipeline.workflow.inputs import input_digest, read_input
from pipeline.workflow.stages.code import MOST_READ, examples_of, read_in_time


BOOK = read_codebook(SAMPLE / "codebook.csv")
SMALL = Codebook(
    (
        Code("food", label="Food", definition="What there is to eat.", examples=("The soup was cold.", "Lovely puddings.")),
        Code("noise", label="Noise", definition="How loud it is.", examples=("Doors slam all night.", "The radio was loud.")),
    )
)


def study_with(folder, settings=""):
    folder.mkdir()
    (folder / "codebook.csv").write_bytes((SAMPLE / "codebook.csv").read_bytes())
    text = f'schema = 1\nname = "x"\ncodebook = "codebook.csv"\n{settings}\n[intake]\nfile = "r.csv"\n'
    (folder / "study.toml").write_text(text + '[intake.questions.q]\ncolumn = "q"\n', encoding="utf-8")
    return load_study(folder)


def test_the_template_for_co_production_is_taught_by_all_its_answers():
    written = written_answers(BOOK)
    assert len(written) == 5_887
    assert {code for codes in written.codes for code in codes} == {code.code for code in BOOK.codes}
    assert not any(written.silent)


def test_a_codebook_of_other_codes_is_taught_by_none():
    assert len(written_answers(SMALL)) == 0


def test_codes_are_matched_one_by_one():
    first, second, third, *_ = BOOK.codes
    reworded = replace(first, label="For show only", definition=f"{first.definition} It is for show.")
    own_id = replace(second, code="my-feedback")
    namesake = Code(third.code, label="Another thing", definition="Cars parked on the pavement outside.")
    study = Codebook((reworded, own_id, namesake, SMALL.codes[0]))
    assert matching_codes(study, BOOK) == {first.code: first.code, second.code: "my-feedback"}
    written = written_answers(study)
    assert set(written.silent) == {frozenset({third.code, "food"})}
    assert {code for codes in written.codes for code in codes} == {first.code, "my-feedback"}


def test_turned_off_it_is_off_and_says_so_in_the_fingerprint(tmp_path):
    on, off = study_with(tmp_path / "on"), study_with(tmp_path / "off", "[code]\nwritten_examples = false")
    assert len(read_input(on, "written")) == 5_887 and input_digest(on, "written")
    assert len(read_input(off, "written")) == 0 and input_digest(off, "written") == ""


def test_written_answers_teach_what_the_codebook_does_not_say_and_are_never_quoted():
    texts = ("gravy on the trolley", "gravy with a trolley", "gravy from the trolley")
    written = WrittenExamples(texts, (("food",),) * 3, ("neutral",) * 3, (frozenset(),) * 3)
    without = CodebookClassifier(SMALL, embedder="static").fit()
    taught = CodebookClassifier(SMALL, embedder="static", written=written).fit()
    asked = ["more gravy on that trolley"]
    assert taught.predict_proba(asked)[0, 0] > without.predict_proba(asked)[0, 0]
    assert all(named.because not in texts for named in taught.suggest(asked)[0].codes)


def test_a_model_without_kept_vectors_reads_some_of_the_answers_and_the_note_counts_those():
    class Other:
        name, sha256 = "our-own-model", "0" * 64

    some = read_in_time(written_answers(BOOK), Other())
    assert len(some) == MOST_READ and {code for codes in some.codes for code in codes} == {code.code for code in BOOK.codes}
    assert len(read_in_time(written_answers(BOOK), load_embedder("static"))) == 5_887


def test_the_coder_is_judged_by_answers_that_the_language_model_has_not_read():
    written = written_answers(BOOK)
    assert sum(written.later) == 3_337
    lessons = written_examples(
        WrittenExamples(written.texts, written.codes, written.frames, written.silent, written.later), n_decisions=0
    )
    assert [lesson.judges for lesson in lessons] == list(written.later)
    first = WrittenExamples(written.texts[:9], written.codes[:9], written.frames[:9], written.silent[:9], written.later[:9])
    assert all(lesson.judges for lesson in written_examples(first, n_decisions=0))


def test_an_excerpt_has_no_code_that_its_answer_does_not_have():
    table = VOICES / EXCERPTS / "co-production.csv"
    answers = {row["answer_id"]: row for row in rows_of(VOICES / LATER / "co-production.csv")}
    excerpts = list(rows_of(table))
    assert len(excerpts) == 3_000
    for row in excerpts:
        answer = answers[row["answer_id"]]
        assert row["text"] in answer["text"] and row["text"] != answer["text"] and row["frame"] == answer["frame"]
        shares = dict(pair.split("=") for pair in row["codes"].split("|") if pair)
        assert set(shares) <= set(answer["codes"].split("|")) and all(0 < float(share) <= 1 for share in shares.values())


def test_excerpts_that_show_no_code_teach_that_such_words_say_nothing():
    texts = ("gravy on the trolley. We came on Monday", "custard on the trolley. We came on Monday")
    answers = WrittenExamples(texts, (("food",),) * 2, ("neutral",) * 2, (frozenset(),) * 2)
    silent = WrittenExcerpt("We came on Monday", {}, "neutral", frozenset())
    shown = WrittenExcerpt("gravy on the trolley", {"food": 0.9}, "neutral", frozenset())
    asked = ["We came on Monday morning"]
    coders = [
        CodebookClassifier(SMALL, embedder="static", written=replace(answers, excerpts=excerpts)).fit()
        for excerpts in ((), (silent, shown))
    ]
    whole, taught = (coder.predict_proba(asked)[0, 0] for coder in coders)
    assert taught < whole


def test_excerpts_are_learnt_with_their_answers_and_never_counted_as_answers():
    written = written_answers(BOOK)
    assert len(written) == 5_887 and len(written.excerpts) == 3_000 and not len(written.take([0, 1]).excerpts)
    examples = examples_of(written, load_embedder("static"))
    lessons = written_examples(examples, n_decisions=10)
    assert [lesson.source for lesson in lessons[-3_000:]] == ["excerpt"] * 3_000 and len(lessons) == len(examples.vectors)
    assert written_examples(examples, n_decisions=1_000) == []


def test_a_persons_decision_outweighs_a_written_answer():
    written = WrittenExamples(("gravy on the trolley",), (("food",),), ("neutral",), (frozenset(),))
    coder = CodebookClassifier(SMALL, embedder="static", written=written)
    coder.fit(["gravy on the trolley"], [["noise"]], frames=["neutral"])
    food, noise = coder.predict_proba(["gravy on the trolley"], ["neutral"])[0]
    assert noise > food


def test_written_answers_count_less_than_a_decision_and_less_with_each():
    weights = [weight_beside(n) for n in (0, 10, 100, 500, 1_000)]
    assert weights[0] < 1 and weights == sorted(weights, reverse=True) and weights[-1] == 0
    assert "2,550 invented answers" in written_note(2_550, n_decisions=0)
    assert written_note(2_550, n_decisions=1_000) == written_note(0, n_decisions=0) == ""


@pytest.mark.model
@pytest.mark.parametrize("model", ["voices", "minilm"])
def test_the_vectors_that_come_with_the_program_are_those_the_model_makes(model):
    embedder = load_embedder(model)
    kept = kept_vectors(embedder.sha256)
    written = written_answers(BOOK)
    texts = (*written.texts, *written.excerpts.texts)
    assert {text_key(text) for text in texts} == set(kept)
    some = texts[::500]
    shipped = np.array([kept[text_key(text)] for text in some], dtype=np.float32)
    assert (shipped * embedder.encode(some)).sum(axis=1).min() > 0.99


@pytest.mark.model
def test_on_the_sample_suggestions_keep_what_the_benchmark_says(sample_suggestions):
    precision, recall, of_code = sample_suggestions
    assert precision >= 0.6 and recall >= 0.2
    assert of_code["tokenism"] >= 0.2 and of_code["lack-of-feedback"] >= 0.15 and of_code["power-imbalance"] >= 0.12


@pytest.fixture(scope="module")
def sample_suggestions():
    """Precision and recall of what is suggested for the sample study's answers, whole, and the recall of each code."""
    import sys

    from sample import ROOT

    sys.path.append(str(ROOT / "tests" / "benchmarks"))
    from coded import read_answers

    answers, embedder = read_answers(None), load_embedder("voices")
    coder = CodebookClassifier(BOOK, embedder=embedder, written=examples_of(written_answers(BOOK), embedder)).fit()
    given = coder.predict_proba(answers.texts, answers.frames) >= coder.thresholds_
    right = (given & answers.truth).sum(axis=0)
    recalls = right / np.maximum(1, answers.truth.sum(axis=0))
    shares = dict(zip(coder.classes_, recalls.tolist(), strict=True))
    return float(right.sum() / given.sum()), float(right.sum() / answers.truth.sum()), shares
