"""A study of few people: what there is to say is said once, and nothing that says only that it has no figures fills a page."""

from dataclasses import replace

import pandas as pd

from pipeline.report.sections.in_short_section import in_short
from pipeline.report.sections.missing_section import missing


def test_attributes_of_which_nothing_may_be_compared_share_a_sentence(source):
    rates = source["response_rates"]
    region = rates[rates["group"] == "group"].assign(group="region", n=float("nan"), share=float("nan"), suppressed=True)
    hidden = rates.assign(
        n=rates["n"].mask(rates["group"] == "group"), suppressed=rates["suppressed"] | (rates["group"] == "group")
    )
    sparse = replace(source, tables={**source.tables, "response_rates": pd.concat([hidden, region])})
    settings = source.study.settings
    both = settings.model_copy(update={"count": settings.count.model_copy(update={"groups": ("group", "region")})})
    found = missing(replace(sparse, study=replace(source.study, settings=both)))
    assert not [block for block in found.blocks if block.kind == "heading"]
    assert "cannot be compared by group and by region" in found.blocks[0].text.replace("answer to “group”", "group")


def test_how_many_answered_at_least_is_said_where_few_did_not(source):
    (points,) = in_short(source, ()).blocks
    rates = source["response_rates"].query("question == 'any' and level == 'everyone'").set_index("value")
    assert rates["n"].isna().all(), "neither who answered nor who did not is shown"
    read = source["counts"].query("question == 'any' and level == 'everyone'")["base"].max()
    # 160 stands for 158 at least.
    assert (
        points.items[0]
        == f"At least {read - 2:.0f} of {rates['base'].max():.0f} people who were asked wrote something, be it only “n/a”."
    )
