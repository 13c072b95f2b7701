"""Let the small language model itself learn a study's codes; its upper layers change, the lower ones stay as they are."""

from pathlib import Path


# What a fine-tuned model is of, in its folder; written last, so that a folder with it is whole.
FACTS = "coder.json"


def is_tuned(folder: Path) -> bool:
    """Say whether a folder holds a fine-tuned coder."""
    return (folder / FACTS).is_file()
