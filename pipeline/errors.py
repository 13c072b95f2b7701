"""Errors that are shown to people as sentences, without a traceback, and that never quote a respondent."""

INSTALL_AGAIN = "Install the program again (in a clone: `make clean`, then `make setup`)."


class PipelineError(Exception):
    """Something a person can put right; its message says where, what was found and what to do."""

    exit_code = 1


class StudyError(PipelineError):
    """The study folder or its `study.toml` is not as it should be."""

    exit_code = 10


class BusyError(StudyError):
    """Another run holds the study; trying again later will do."""

    exit_code = 75


class DataError(PipelineError):
    """A survey export or a table cannot be used as it is."""

    exit_code = 11


class CodebookError(PipelineError):
    """The codebook cannot be read or contradicts itself."""

    exit_code = 12


class ModelError(PipelineError):
    """A language model is missing, altered or unable to do its work."""

    exit_code = 13


class PrivacyError(PipelineError):
    """The step would take people's words further than they, or the study, allow."""

    exit_code = 14


class ReviewError(PipelineError):
    """People's decisions cannot be kept or read as they stand."""

    exit_code = 15


class StorageError(PipelineError):
    """The disk did not take or give what people decide; nobody's entry is wrong, and trying again may do."""

    exit_code = 74

    def __init__(self, sentence: str, *, on_page: str) -> None:
        super().__init__(sentence)
        self.on_page = on_page
        """The same for whoever reviews, and who has no disk to look at."""


class EngineError(PipelineError):
    """The machines that a run is spread over cannot do their work."""

    exit_code = 16
