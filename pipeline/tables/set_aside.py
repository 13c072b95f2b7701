"""Why an answer is set aside instead of coded."""

NO_CONSENT = "no consent to analyse"
EMPTY = "empty"
NON_ANSWER = "non-answer"
DUPLICATE = "the same person's answer again"
OTHER_LANGUAGE = "other language"
