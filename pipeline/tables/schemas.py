"""What each column of each table holds; docs/reference/tables.md is made from the descriptions."""

import pandera.pandas as pa


class Model(pa.DataFrameModel):
    """A table's contract: these columns and no others."""

    class Config:
        """Columns not named are errors; types are converted where that loses nothing."""

        strict = True
        coerce = True


class Responses(Model):
    """Every answer cell of the export, blank ones too, as the person wrote it."""

    response_id: str = pa.Field(description="pseudonym of the person, keyed by the vault's secret")
    row: int = pa.Field(ge=1, description="row of the export the answer stands in")
    question: str = pa.Field(description="open question")
    frame: str = pa.Field(isin=["good", "better", "neutral"], description="what the question asks for")
    text: str = pa.Field(nullable=True, description="the answer, verbatim")
    weight: float = pa.Field(ge=0, description="survey weight of the person")
    received: str = pa.Field(nullable=True, description="when the answer came in, as the export says it")
    consent: str = pa.Field(isin=["quote", "paraphrase", "analyse", "none"], description="what the person allows")


class Ratings(Model):
    """Answers to closed questions: one row per person and chosen value."""

    response_id: str = pa.Field(description="pseudonym of the person")
    question: str = pa.Field(description="closed question")
    value: str = pa.Field(description="the chosen option")
    score: float = pa.Field(nullable=True, description="the option's place on the scale, where it has one")


class People(Model):
    """What is known of each person: one row per person and attribute."""

    response_id: str = pa.Field(description="pseudonym of the person")
    attribute: str = pa.Field(description="group, role, region and the like")
    value: str = pa.Field(description="the person's value")


class Answers(Model):
    """What each different answer was found to hold when it was read by itself, so that it need not be read again."""

    answer_id: str = pa.Field(unique=True, description="hash of the words as they came in")
    mended: str = pa.Field(nullable=True, description="the answer with broken characters mended, where that changed it")
    language: str = pa.Field(description="language found, or unknown when too short to tell")
    found: str = pa.Field(
        description="start, end and kind of what is to be masked, or with ? to be looked at; semicolons between"
    )
    names: str = pa.Field(description="start and end of words that are names and nothing else; semicolons between")


class Masks(Model):
    """What was masked and what stood there: the way back, for whoever holds the vault."""

    comment_id: str = pa.Field(description="the comment")
    start: int = pa.Field(ge=0, description="first character of the token in the comment's text")
    end: int = pa.Field(ge=0, description="one past its last character")
    label: str = pa.Field(description="kind of identifier")
    token: str = pa.Field(description="what stands there now")
    original: str = pa.Field(description="what the person wrote")


class Comments(Model):
    """Every answer after cleaning and masking; those set aside say why."""

    comment_id: str = pa.Field(unique=True, description="hash of person, question and answer")
    response_id: str = pa.Field(description="pseudonym of the person")
    question: str = pa.Field(description="open question")
    frame: str = pa.Field(isin=["good", "better", "neutral"], description="what the question asks for")
    text: str = pa.Field(description="the answer, repaired and masked; empty when set aside (the words stay in the vault)")
    language: str = pa.Field(description="language found, or unknown when too short to tell")
    redactions: int = pa.Field(ge=0, description="number of masked identifiers")
    to_check: int = pa.Field(ge=0, description="number of places a person should look at for identifiers")
    weight: float = pa.Field(ge=0, description="survey weight of the person")
    consent: str = pa.Field(isin=["quote", "paraphrase", "analyse", "none"], description="what the person allows")
    reading: str = pa.Field(description="how a bare 'nothing' reads under its question: praise, criticism, or empty")
    same_as: str = pa.Field(nullable=True, description="the first comment with the same words, if not this one")
    set_aside: str = pa.Field(nullable=True, description="why the answer is not coded: empty, non-answer, …")


class Concerns(Model):
    """Answers that may speak of harm, for a named person to read at once; others may, too."""

    comment_id: str = pa.Field(unique=True, description="the comment")
    kinds: str = pa.Field(description="kinds of harm its words are of, separated by semicolons")


class Segments(Model):
    """Meaning units: the places in a comment that are coded."""

    segment_id: str = pa.Field(unique=True, description="hash of comment and place")
    comment_id: str = pa.Field(description="the comment")
    start: int = pa.Field(ge=0, description="first character in the comment's text (Unicode code points)")
    end: int = pa.Field(ge=1, description="one past the last character")
    text: str = pa.Field(description="comment.text[start:end], exactly")
    text_id: str = pa.Field(description="the unique text it belongs to")


class Texts(Model):
    """Unique texts, in the order of their ids, so that the order of the export changes nothing."""

    text_id: str = pa.Field(unique=True, description="hash of frame and text")
    text: str = pa.Field(description="the words")
    frame: str = pa.Field(isin=["good", "better", "neutral"], description="what the question asks for")
    n: int = pa.Field(ge=1, description="how often it was said")


class Valences(Model):
    """Whether each text praises, complains or suggests, as the program reads it; nobody has checked it."""

    text_id: str = pa.Field(unique=True, description="the text")
    valence: str = pa.Field(
        nullable=True,
        isin=["praise", "complaint", "suggestion", "mixed", "neutral"],
        description="the likeliest; empty where none is likely enough, or where the language model has no valence model",
    )
    praise: float = pa.Field(nullable=True, ge=0, le=1, description="how likely it praises")
    complaint: float = pa.Field(nullable=True, ge=0, le=1, description="how likely it complains")
    suggestion: float = pa.Field(nullable=True, ge=0, le=1, description="how likely it says what should be done")
    mixed: float = pa.Field(nullable=True, ge=0, le=1, description="how likely it does several of these")
    neutral: float = pa.Field(nullable=True, ge=0, le=1, description="how likely it does none of these")


class FoundThemes(Model):
    """Themes as the program found them, before people shape them."""

    theme_id: str = pa.Field(unique=True, description="hash of the exemplars the theme was found with")
    keywords: str = pa.Field(description="words that set the theme apart, best first")
    title: str = pa.Field(description="working title from people's words, or the title people gave")
    exemplars: str = pa.Field(description="text_ids nearest to the theme's middle, separated by spaces")
    stability: float = pa.Field(nullable=True, ge=0, le=1, description="how well it comes back in resamples, 0 to 1")
    family: int = pa.Field(ge=1, description="number of the group of like themes it belongs to")
    family_title: str = pa.Field(description="what the themes of the family share")
    named: bool = pa.Field(description="people gave the title")
    set_aside: bool = pa.Field(description="people set it aside: listed, not counted among the themes")
    agreed_code: str = pa.Field(nullable=True, description="the code people gave it")
    guide_code: str | None = pa.Field(
        nullable=True, description="the code whose probability brought its texts together; empty for none"
    )


class Themes(FoundThemes):
    """What people speak about, found in their own words and shaped by people."""

    number: int = pa.Field(ge=1, unique=True, description="rank by number of people; those set aside come last")
    n_texts: int = pa.Field(ge=0, description="unique texts")
    n_people: int = pa.Field(ge=0, description="people who spoke of it")
    rare: bool = pa.Field(description="fewer than five people: listed, never dropped")
    praise: float | None = pa.Field(
        nullable=True, ge=0, le=1, description="share of its excerpts that praise, by their chances; empty where not read"
    )
    complaint: float | None = pa.Field(nullable=True, ge=0, le=1, description="share of its excerpts that complain, likewise")
    suggestion: float | None = pa.Field(nullable=True, ge=0, le=1, description="share of its excerpts that suggest, likewise")


class Members(Model):
    """Which theme each text is in, and how near its middle."""

    text_id: str = pa.Field(unique=True, description="the text")
    theme_id: str = pa.Field(nullable=True, description="its theme; empty for a text on its own, which no theme clearly fits")
    similarity: float = pa.Field(ge=-1.001, le=1.001, description="cosine to the theme's middle")
    heard_once: bool = pa.Field(description="unlike anything else that was said")


class FoundMembers(Members):
    """Which theme each text is in as the program found them, and which texts came after that."""

    late: bool = pa.Field(description="came after the themes were found, and joined them")
    found_from: int = pa.Field(ge=0, description="how many texts the themes were found from, the same in all rows")
    guided_by: str | None = pa.Field(description="hash of the codes that guided them, the same in all rows; empty for none")


class Shaping(Model):
    """What people asked of the themes, and what came of it in this run."""

    edit_id: int = pa.Field(ge=1, unique=True, description="number of the edit, in the order they were made")
    action: str = pa.Field(isin=["rename", "merge", "split", "set aside", "restore", "map"], description="what was asked")
    detail: str = pa.Field(description="the title or the code")
    by: str = pa.Field(description="who asked")
    made_at: str = pa.Field(description="when, in UTC")
    result: str = pa.Field(
        isin=["done", "already so", "overtaken", "found in part", "no longer finds its theme"], description="what came of it"
    )
    themes: str = pa.Field(description="numbers of the themes that show it, separated by spaces")


class Voices(Model):
    """Which themes each group spoke of more than the others; figures after disclosure control."""

    group: str = pa.Field(description="attribute people are compared by")
    level: str = pa.Field(description="its value")
    theme_id: str = pa.Field(description="the theme")
    n: float = pa.Field(nullable=True, description="people of the group who spoke of it, after disclosure control")
    base: float = pa.Field(nullable=True, description="people of the group who answered, after disclosure control")
    share: float = pa.Field(nullable=True, description="n over base")
    low: float = pa.Field(nullable=True, description="lower end of the 95 % Wilson interval")
    high: float = pa.Field(nullable=True, description="upper end of it")
    elsewhere: float = pa.Field(nullable=True, description="share of the people of other groups who spoke of it")
    evidence: str = pa.Field(
        isin=["clear", "a sign", "none"], description="is it more than elsewhere: clear, a sign to look into, or none"
    )
    suppressed: bool = pa.Field(description="too few people to show figures")
    total_shown: bool = pa.Field(description="everybody who spoke of it may be counted beside these figures")


class ThemeRanks(Model):
    """Each theme's rank by people, with equal weight for each group, and within each group."""

    group: str = pa.Field(description="attribute people are compared by")
    weighting: str = pa.Field(isin=["people", "equal groups", "within"], description="who weighs how much")
    level: str = pa.Field(description="the group within which is ranked; empty for the others")
    theme_id: str = pa.Field(description="the theme")
    rank: float = pa.Field(nullable=True, description="1 is spoken of most; empty where too few people to show")
    change: float = pa.Field(nullable=True, description="places gained against the rank by people")


class Suggestions(Model):
    """Codes the model would give a text, best first, or why it keeps silent."""

    text_id: str = pa.Field(description="the text")
    code: str = pa.Field(description="the code")
    score: float = pa.Field(ge=0, le=1, description="estimated probability that people would give this code")
    suggested: bool = pa.Field(description="sure enough to suggest")
    abstained: str = pa.Field(nullable=True, description="too short, two codes tie, not sure enough, or outside the codebook")
    because: str = pa.Field(description="the codebook example or definition it is nearest to")
    rank: int = pa.Field(ge=1, description="1 is the best")
    even: float | None = pa.Field(
        gt=0, lt=1, description="the score that stands for as likely as not, lower where all are careful"
    )


class ThemeCodes(Model):
    """Each theme's place in the codebook, or the word that it has none."""

    theme_id: str = pa.Field(unique=True, description="the theme")
    code: str = pa.Field(nullable=True, description="the code that fits best; empty when none does")
    score: float = pa.Field(ge=0, le=1, description="mean probability of the code over the theme's texts")
    runner_up: str = pa.Field(nullable=True, description="the next code")
    proposed: str = pa.Field(description="a name to start from where the codebook has none")
    status: str = pa.Field(isin=["suggested", "agreed", "new"], description="who says so: the model, people, or nobody yet")


class Agreement(Model):
    """How far people agree with each other and the model with them: a row for each comparison and code, and one for all codes."""

    kind: str = pa.Field(isin=["everyone", "within", "between", "model and group"], description="who is compared")
    one: str = pa.Field(description="the reviewer group, or the model; empty for everyone")
    other: str = pa.Field(description="the group it is compared with; empty within a group")
    n_people: int = pa.Field(ge=1, description="people whose answers count")
    n_excerpts: int = pa.Field(ge=0, description="excerpts that two of them coded, or both sides")
    kappa_of: str = pa.Field(isin=["Cohen's kappa", "Fleiss' kappa"], description="which kappa it is")
    code: str = pa.Field(description="the code; empty for all codes together")
    n_given: int = pa.Field(ge=0, description="excerpts to which anybody gave the code")
    too_few: bool = pa.Field(description="too few excerpts for figures")
    same: float = pa.Field(
        nullable=True, description="share of pairs of people whose codes, or whose answer for the code, are the same"
    )
    same_low: float = pa.Field(nullable=True, description="lower end of its 95 % interval")
    same_high: float = pa.Field(nullable=True, description="upper end of it")
    when_one: float = pa.Field(nullable=True, description="how often the other gives the code when one does")
    when_one_low: float = pa.Field(nullable=True, description="lower end of its 95 % interval")
    when_one_high: float = pa.Field(nullable=True, description="upper end of it")
    alpha: float = pa.Field(nullable=True, description="Krippendorff's alpha")
    alpha_low: float = pa.Field(nullable=True, description="lower end of its 95 % interval")
    alpha_high: float = pa.Field(nullable=True, description="upper end of it")
    kappa: float = pa.Field(nullable=True, description="the kappa that kappa_of names")
    kappa_low: float = pa.Field(nullable=True, description="lower end of its 95 % interval")
    kappa_high: float = pa.Field(nullable=True, description="upper end of it")
    ac1: float = pa.Field(nullable=True, description="Gwet's AC1")
    ac1_low: float = pa.Field(nullable=True, description="lower end of its 95 % interval")
    ac1_high: float = pa.Field(nullable=True, description="upper end of it")


class Codings(Model):
    """Codes of each segment, as they stand now."""

    segment_id: str = pa.Field(description="the segment")
    code: str = pa.Field(description="the code")
    status: str = pa.Field(isin=["suggested", "accepted", "added", "contested"], description="how it came to be")
    reviewers: int = pa.Field(ge=0, description="people who have decided on it")


class Quotes(Model):
    """Excerpts that could be quoted; none leaves before people approve it."""

    segment_id: str = pa.Field(description="the segment")
    code: str = pa.Field(description="the code it stands for; empty where it was decided on and has none any more")
    text: str = pa.Field(description="the words: the excerpt, with its neighbours in the answer where it is short")
    caption: str = pa.Field(description="who said it, by the study's groups only")
    reason: str = pa.Field(isin=["typical", "distinct", "minority", "dissenting"], description="why it was picked")
    consent: str = pa.Field(isin=["quote", "paraphrase"], description="what the person allows")
    approved: bool = pa.Field(description="a person has approved it")
    wording: str = pa.Field(description="the words a person approved in its place; empty where none are needed")
    refused: bool = pa.Field(description="a person has decided that it stays")


class ResponseRates(Model):
    """How many people of each group wrote something, and left it blank, with intervals; small cells are suppressed."""

    question: str = pa.Field(description="open question, or 'any'")
    value: str = pa.Field(isin=["answered", "blank"], description="wrote something, or left it blank")
    group: str = pa.Field(description="attribute people are compared by, or 'everyone'")
    level: str = pa.Field(description="its value, or 'Not stated'")
    n: float = pa.Field(nullable=True, description="people who did so, after disclosure control")
    base: float = pa.Field(nullable=True, description="people who were asked, after disclosure control")
    share: float = pa.Field(nullable=True, description="n over base")
    low: float = pa.Field(nullable=True, description="lower end of the 95 % Wilson interval")
    high: float = pa.Field(nullable=True, description="upper end of it")
    suppressed: bool = pa.Field(description="too few people to show")


class AnswerAccounts(Model):
    """What became of the answers that came in; small numbers, and those that would give them away, are missing."""

    became: str = pa.Field(unique=True, description="read, why it was set aside, or all")
    n: float = pa.Field(nullable=True, description="answers, blank ones too, after disclosure control")


class Counts(Model):
    """How many people of each group spoke of each code as people decided, at least; small cells are suppressed."""

    question: str = pa.Field(description="open question, or 'any'")
    code: str = pa.Field(description="the code")
    group: str = pa.Field(description="attribute people are compared by, or 'everyone'")
    level: str = pa.Field(description="its value")
    n: float = pa.Field(
        nullable=True, description="people who have the code, as people decided: so many at least; after disclosure control"
    )
    base: float = pa.Field(nullable=True, description="people who answered, after disclosure control")
    share: float = pa.Field(nullable=True, description="n over base; the share of people only where all excerpts are read")
    low: float = pa.Field(nullable=True, description="lower end of the 95 % Wilson interval")
    high: float = pa.Field(nullable=True, description="upper end of it")
    suppressed: bool = pa.Field(description="too few people to show")
    reviewed: float = pa.Field(ge=0, le=1, description="share of the codings that people have decided on")


class Estimates(Model):
    """How far the share of each code can be told, and the share of excerpts with it, where an audit tells it."""

    question: str = pa.Field(description="open question, or 'any'")
    code: str = pa.Field(description="the code")
    group: str = pa.Field(description="attribute people are compared by, or 'everyone'")
    level: str = pa.Field(description="its value")
    share: float = pa.Field(nullable=True, description="estimated share of the group's excerpts with the code")
    low: float = pa.Field(nullable=True, description="lower end of its 95 % interval")
    high: float = pa.Field(nullable=True, description="upper end of it")
    audited: float = pa.Field(nullable=True, description="excerpts of the group that were drawn at random and that people read")
    read: float = pa.Field(nullable=True, description="share of the group's excerpts that people have decided on")
    checked: float = pa.Field(nullable=True, description="share of the codings with the code that people have decided on")
    method: str = pa.Field(
        isin=["all read", "audit and coder", "audit", "none"],
        description="what the share rests on: all read (then counts holds it), an audit with or without the coder",
    )
    learnt: bool = pa.Field(description="the coder has learnt from the audit, and so has no say")
    suppressed: bool = pa.Field(description="too few people to show")


class Closed(Model):
    """Closed questions by group: means of scales and shares of options."""

    question: str = pa.Field(description="closed question")
    measure: str = pa.Field(isin=["mean", "share"], description="mean score, or share of people")
    value: str = pa.Field(description="the option; empty for a mean")
    group: str = pa.Field(description="attribute people are compared by, or 'everyone'")
    level: str = pa.Field(description="its value")
    n: float = pa.Field(nullable=True, description="people who chose it, after disclosure control")
    base: float = pa.Field(nullable=True, description="people who answered, after disclosure control")
    estimate: float = pa.Field(nullable=True, description="mean or share")
    low: float = pa.Field(nullable=True, description="lower end of the 95 % interval")
    high: float = pa.Field(nullable=True, description="upper end of it")
    suppressed: bool = pa.Field(description="too few people to show")
