"""What the docs say was measured, and what they name is there."""

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer

from bench.score_table import DOCS, EMPTY, RESULTS, contexts, designs, filled, scores
from visavis import cli
from visavis.core.protocol import _FIELDS
from visavis.core.speech import SpeechState

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_tables_of_the_avatars_are_those_that_were_measured() -> None:
    text = DOCS.read_text("utf-8")
    assert filled(text, RESULTS) == text, "run python -m bench.score_table"


def test_a_score_is_told_with_what_it_missed(tmp_path: Path) -> None:
    assert scores(tmp_path) == EMPTY
    figures = {"opening_r_seen": 0.97, "opening_r_unseen": 0.5, "psnr_db": None}
    (tmp_path / "score_leo.json").write_text(json.dumps(figures))
    lines = scores(tmp_path).splitlines()
    assert lines[0] == "| figure | aim | leo |"
    assert "| mouth opening, known voices, r | ≥ 0.95 | 0.97 |" in lines
    assert "| mouth opening, unknown voices, r | ≥ 0.9 | 0.5 (missed) |" in lines
    assert "| painted against path-traced, dB | ≥ 34 | – |" in lines


def test_designs_are_rows(tmp_path: Path) -> None:
    assert designs(tmp_path) == EMPTY
    table = [{"design": "film", "steps": 12, "psnr_db": 31.25, "ms": 4.5}]
    (tmp_path / "painter_designs.json").write_text(json.dumps(table))
    assert designs(tmp_path).splitlines()[-1] == "| film | 12 | 31.25 | – | – | 4.5 | – |"


def test_contexts_are_rows(tmp_path: Path) -> None:
    assert contexts(tmp_path) == EMPTY
    table = [{"right_context_ms": 35, "opening_r_seen": 0.75, "steps": 9}]
    (tmp_path / "right_context.json").write_text(json.dumps(table))
    assert contexts(tmp_path).splitlines()[-1] == "| 35 | 0.75 | – | – | – | – |"


def test_every_message_of_the_protocol_is_told() -> None:
    told = set(re.findall(r"`([a-z-]+)`", (ROOT / "docs" / "protocol.md").read_text("utf-8")))
    sources = ("core/protocol.py", "transports/agent.py", "transports/websocket.py")
    code = "".join((ROOT / "server" / "visavis" / name).read_text("utf-8") for name in sources)
    events = set(re.findall(r'"type": "(\w+)"', code))
    errors = set(re.findall(r'ProtocolError\(\s*"([a-z-]+)"', code))
    assert len(events) >= 6
    assert len(errors) >= 17
    assert not {*_FIELDS, *events, *errors, *(state.value for state in SpeechState)} - told


def _options(words: str) -> set[str]:
    """What a command of visavis takes."""
    command: Any = typer.main.get_command(cli.app)
    for word in words.split():
        command = command.commands[word]
    return {name for parameter in command.params for name in parameter.opts}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_that_are_told_can_be_given(page: Path) -> None:
    text = page.read_text("utf-8").replace("\\\n", " ")
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
    for words, rest in re.findall(
        r"(?:^|`|\| )visavis ((?:avatar )?[a-z]+)([^`|#\n]*)", code, re.MULTILINE
    ):
        assert set(re.findall(r"(?<= )--[a-z-]+", rest)) <= _options(words), f"visavis {words}"
    for module in re.findall(r"python -m ((?:bench|visavis)[a-z_.]*[a-z])", text):
        assert importlib.util.find_spec(module), module
    targets = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", targets, re.MULTILINE), f"make {target}"


def test_the_places_of_limits_exist() -> None:
    package = ROOT / "server" / "visavis"
    for name in re.findall(r"`([\w/]+\.py)`", (ROOT / "docs" / "limits.md").read_text("utf-8")):
        places = (package, package / "media" / "outputs", ROOT)
        assert any((place / name).exists() for place in places), name


def test_pictures_and_files_that_are_linked_exist() -> None:
    """All but the pictures that a benchmark draws, which are there once it has run."""
    drawn = "".join(path.read_text("utf-8") for path in (ROOT / "bench").glob("*.py"))
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
            if not re.match(r"[a-z]+:", link) and Path(link).name not in drawn:
                assert (page.parent / link).exists(), f"{page.name} links {link}"
