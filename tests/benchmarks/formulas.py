"""Export a study whose every answer and label tries to be a formula, open the sheets in LibreOffice, and count formulas.

Run `python tests/benchmarks/formulas.py`; LibreOffice must be installed.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path


sys.path.insert(0, str(Path(__file__).parents[1]))

from small_study import Tables, build_study, build_tables, save

from pipeline.report import export


STARTS = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://127.0.0.1","x")', "＝1+1", "=cmd|' /c x'!A0")


def main() -> None:
    """Write the sheets, convert each to flat XML, and count the cells that hold a formula."""
    with tempfile.TemporaryDirectory() as place:
        study = build_study(Path(place) / "study")
        tables = build_tables(study)
        frames = dict(tables.frames)
        starts = [STARTS[number % len(STARTS)] for number in range(len(frames["segments"]))]
        frames["segments"] = frames["segments"].assign(text=starts)
        frames["quotes"] = frames["quotes"].assign(text=STARTS[0], caption=STARTS[6], approved=True)
        frames["themes"] = frames["themes"].assign(title=STARTS[4], keywords=STARTS[3], named=True)
        save(study, Tables(frames))
        paths = [path for path in export(study, to=["tables", "quotes", "review", "xlsx"]) if path.suffix in (".csv", ".xlsx")]
        found = {path.name: _formulas(path, Path(place) / "out") for path in paths}
    sys.stdout.write(json.dumps({"sheets": len(found), "formulas": sum(found.values()), "in each": found}) + "\n")


def _formulas(path: Path, folder: Path) -> int:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "fods", "--outdir", str(folder), str(path)]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    return (folder / f"{path.stem}.fods").read_text(encoding="utf-8").count("table:formula=")


if __name__ == "__main__":
    main()
