"""Write the scores of the avatars into the docs: `python -m bench.score_table`.

The tables of `docs/avatars.md` lie between marks; what stands there comes from `bench/results`
alone, so no figure is there that was not measured. With `--check` nothing is written.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from visavis.studio.score_report import AIMS, Aim

ROOT = Path(__file__).parents[1]
DOCS, RESULTS = ROOT / "docs" / "avatars.md", ROOT / "bench" / "results"
AVATARS = ("nova", "leo", "nova-320")
DESIGN_COLUMNS = {
    "design": "design",
    "steps": "steps",
    "psnr_db": "PSNR, dB",
    "ssim": "SSIM",
    "mmac_per_spoken_frame": "MMAC a spoken frame",
    "ms": "ms",
    "mb_per_template_frame": "MB a template frame",
}
CONTEXT_COLUMNS = {
    "right_context_ms": "ahead, ms",
    "opening_r_seen": "opening r, known voices",
    "opening_r_unseen": "unknown voices",
    "opening_r_noise10": "10 dB",
    "width_r_unseen": "width r, unknown voices",
    "closure_recall_unseen": "lips shut on p, b, m",
}
EMPTY = "Not measured yet."


def scores(results: Path) -> str:
    """Every aim, and what each avatar reached."""
    found = {name: _read(results / f"score_{name}.json") for name in AVATARS}
    measured = {name: figures for name, figures in found.items() if figures}
    if not measured:
        return EMPTY
    rows = [
        [aim.text, aim.bound, *(_cell(aim, figures.get(aim.key)) for figures in measured.values())]
        for aim in AIMS
    ]
    return _table(["figure", "aim", *measured], rows) + "".join(map(_ran, measured.values()))


def _ran(figures: Any) -> str:
    """Where a score was made and how long it took."""
    if "machine" not in figures:
        return ""
    said = f"`{figures['id']}`, {figures['sentences']} sentences: {figures['minutes']} minutes on "
    return f"\n\n{said}{figures['machine']}."


def designs(results: Path) -> str:
    """The painters that were compared."""
    return _listed(results / "painter_designs.json", DESIGN_COLUMNS)


def contexts(results: Path) -> str:
    """What hearing further ahead is worth."""
    return _listed(results / "right_context.json", CONTEXT_COLUMNS)


def filled(text: str, results: Path) -> str:
    """The docs with their tables as measured."""
    for name, make in (("scores", scores), ("designs", designs), ("contexts", contexts)):
        begin, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = before + begin + make(results) + end + after
    return text


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def _listed(path: Path, columns: dict[str, str]) -> str:
    """A results file of rows, the keys of `columns` under their titles."""
    table = _read(path)
    if not table:
        return EMPTY
    rows = [[_plain(row.get(key)) for key in columns] for row in table]
    return _table(list(columns.values()), rows)


def _cell(aim: Aim, value: Any) -> str:
    if not isinstance(value, int | float):
        return "–"
    return _plain(value) if aim.met(value) else f"{_plain(value)} (missed)"


def _plain(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "–" if value is None else str(value)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Fill the docs, or only tell whether they are as measured."""
    text = DOCS.read_text("utf-8")
    current = filled(text, RESULTS)
    if "--check" not in sys.argv:
        DOCS.write_text(current, "utf-8")
    elif current != text:
        sys.exit("docs/avatars.md does not show what was measured: run python -m bench.score_table")


if __name__ == "__main__":
    main()
