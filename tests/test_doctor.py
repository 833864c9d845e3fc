"""`visavis doctor` names the processor, the providers, what was chosen, and what is missing."""

import pytest
from tests.conftest import Run

from visavis import doctor
from visavis.avatars import Avatar


@pytest.mark.usefixtures("avatar_folder")
def test_the_machine_the_providers_and_the_avatar(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "measure_capacity", lambda *_: 7)
    status, out, err = run("doctor", "--avatar", "lamp")
    assert (status, err) == (0, "")
    for text in ("processor ", "features ", "libraries ", "onnxruntime 1.", "  cpu:fp32 "):
        assert text in out
    assert "ms a frame on one core" in out
    assert "avatar             lamp: runs on " in out
    assert "capacity           7 callers at 25 FPS" in out
    assert "not in the installed onnxruntime; to get it: pip" in out


def test_an_avatar_that_was_told_how_to_run_says_so(lamp: Avatar) -> None:
    lines = list(doctor.examine(lamp, capacity=False))
    assert any("lamp: runs on cpu:fp32, as asked for" in line for line in lines)
    assert any(line.endswith("works") for line in lines)


@pytest.mark.usefixtures("avatar_folder")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--provider", "abacus"], "There is no provider 'abacus'"),
        (["--template-cache", "much"], "'much' is not a size"),
        (["--provider", "cuda"], "cuda:fp32 cannot run"),
    ],
)
def test_wrong_settings_are_one_line(run: Run, arguments: list[str], says: str) -> None:
    status, out, err = run("doctor", "--avatar", "lamp", *arguments)
    assert (status, out if "cuda" not in arguments else "") == (2, "")
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.usefixtures("avatar_folder")
def test_an_avatar_is_prepared_ahead(run: Run) -> None:
    status, out, err = run("avatar", "prepare", "lamp")
    assert (status, err) == (0, "")
    assert out.startswith("lamp is ready: 25 of 25 template frames")
