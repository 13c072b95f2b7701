"""What each column holds of the tables that are read from `review.sqlite`: what people decided, edited and approved."""

import pandera.pandas as pa

from pipeline.tables.schemas import Model


class Decisions(Model):
    """What people said of excerpts: for each reviewer and excerpt the decision that stands."""

    decision_id: int = pa.Field(ge=1, unique=True, description="number of the decision, in the order they were made")
    segment_id: str = pa.Field(description="the excerpt")
    text_id: str = pa.Field(description="the unique text it belongs to")
    reviewer: str = pa.Field(description="who decided")
    reviewer_group: str = pa.Field(description="lived experience, family, care worker, researcher and the like")
    codes: str = pa.Field(description="codes the reviewer gave, separated by |; empty when none")
    outcome: str = pa.Field(isin=["codes", "none", "not sure", "skip"], description="what came of it")
    drawn: str = pa.Field(
        isin=["given order", "uncertain", "rare codes first", "random audit"], description="how the excerpt was chosen"
    )
    blind: bool = pa.Field(description="nobody had shown the person how its text is coded")
    channel: str = pa.Field(isin=["web", "workbook", "import"], description="where it was made")
    made_at: str = pa.Field(description="when, in UTC")


class Lessons(Decisions):
    """Those of the decisions that a person has let the coder learn from."""


class BlindAnswers(Decisions):
    """For each reviewer and excerpt the last answer given before the model's suggestion was shown."""


class ThemeEdits(Model):
    """What people changed about themes, given by the texts it is about, so that it survives a re-run."""

    edit_id: int = pa.Field(ge=1, unique=True, description="number of the edit, in the order they were made")
    action: str = pa.Field(isin=["rename", "merge", "split", "set aside", "restore", "map"], description="what was done")
    texts: str = pa.Field(description="a JSON list of text_ids for each theme it is about")
    detail: str = pa.Field(description="the new title or the code")
    by: str = pa.Field(description="who did it")
    made_at: str = pa.Field(description="when, in UTC")
    withdrawn: bool = pa.Field(description="taken back since")


class Discussions(Model):
    """What came of talking about excerpts that people read differently: for each the outcome that stands."""

    discussion_id: int = pa.Field(ge=1, unique=True, description="number of the discussion, in the order they were recorded")
    segment_id: str = pa.Field(unique=True, description="the excerpt")
    text_id: str = pa.Field(description="the unique text it belongs to")
    outcome: str = pa.Field(isin=["agreed", "contested"], description="did people come to read it alike")
    codes: str = pa.Field(description="codes people agreed on, separated by |; empty when none, or when contested")
    readings: str = pa.Field(description="a JSON list of readings that remain, each with its codes, a sentence and its people")
    by: str = pa.Field(description="who wrote it down")
    made_at: str = pa.Field(description="when, in UTC")


class Approvals(Model):
    """What people decided about quoting excerpts: for each the decision that stands."""

    approval_id: int = pa.Field(ge=1, unique=True, description="number of the decision, in the order they were made")
    segment_id: str = pa.Field(unique=True, description="the excerpt")
    text_id: str = pa.Field(description="the unique text it belongs to")
    outcome: str = pa.Field(isin=["approved", "reworded", "refused"], description="may it be quoted")
    wording: str = pa.Field(description="the words that may leave in its place; empty unless reworded")
    reason: str = pa.Field(description="why it was refused, or anything else to say")
    by: str = pa.Field(description="who decided")
    made_at: str = pa.Field(description="when, in UTC")
