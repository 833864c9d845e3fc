"""A few steps on made-up data: everything trains, resumes, exports and plays."""

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from visavis.core.bundle import read_bundle
from visavis.core.bundlefile import read_file
from visavis.errors import StudioError
from visavis.studio import checkpoint, export, reopen, reopen_listener
from visavis.studio.corpus import WINDOWS, Spoken, mel_frames
from visavis.studio.crops import Pairs
from visavis.studio.framing import Framing
from visavis.studio.listener import Listener, predict
from visavis.studio.painters import DESIGNS
from visavis.studio.phonemes import PAUSE, Phoneme
from visavis.studio.train_generator import Recipe, load
from visavis.studio.train_generator import train as train_painter

RECIPE = Recipe("shuffle", steps=2, batch=2, log_every=1)


def spoken(seed: int) -> Spoken:
    """Two seconds of noise in bursts."""
    random = np.random.default_rng(seed)
    pcm = random.normal(0, 0.1, 32_000) * np.repeat(random.uniform(0, 1, 20), 1600)
    return Spoken("slt", "…", pcm.astype(np.float32), (Phoneme(PAUSE, 0.0, 2.0),))


def weights(network: torch.nn.Module) -> NDArray[np.float32]:
    parts = [value.detach().float().flatten() for value in network.state_dict().values()]
    return np.asarray(torch.cat(parts))


def test_training_resumes_where_it_stopped(pairs_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "painter.pt"
    before = weights(train_painter(pairs_file, tmp_path, RECIPE).average.network)
    assert checkpoint.load(path)["step"] == 2
    assert np.array_equal(weights(load(path)[0]), before)
    run = train_painter(pairs_file, tmp_path, replace(RECIPE, steps=4))
    assert not np.array_equal(before, weights(run.average.network))
    assert checkpoint.load(path)["step"] == 4


def test_a_painter_may_begin_with_another(pairs_file: Path, tmp_path: Path) -> None:
    train_painter(pairs_file, tmp_path / "first", RECIPE)
    path = tmp_path / "first/painter.pt"
    run = train_painter(
        pairs_file, tmp_path / "second", replace(RECIPE, steps=1, rate=0.0), start=path
    )
    assert np.array_equal(weights(run.painter), weights(load(path)[0]))


def test_a_painter_that_carries_may_begin_with_one_that_does_not(
    pairs_file: Path, tmp_path: Path
) -> None:
    train_painter(pairs_file, tmp_path / "first", RECIPE)
    path = tmp_path / "first/painter.pt"
    recipe = replace(RECIPE, design="carry", steps=2)
    run = train_painter(pairs_file, tmp_path / "second", replace(recipe, rate=0.0), start=path)
    known = load(path)[0].state_dict()
    assert all(torch.equal(run.painter.state_dict()[name], w) for name, w in known.items())
    run = train_painter(pairs_file, tmp_path / "third", recipe, start=path)
    assert run.painter.state_dict()["carry.weight"].abs().max() > 0
    with pytest.raises(StudioError, match="of another make"):
        train_painter(pairs_file, tmp_path / "fourth", RECIPE, start=run.path)


def test_new_pairs_are_taken_in(pairs: Pairs, pairs_file: Path, tmp_path: Path) -> None:
    few = replace(
        pairs,
        **{n: getattr(pairs, n)[3:] for n in ("targets", "articulation", "index", "flow", "seen")},
    )
    few = replace(few, number=pairs.number[3:], held_out=pairs.held_out[3:])
    few.save(tmp_path / "few.npz")
    run = train_painter(tmp_path / "few.npz", tmp_path, RECIPE)
    assert len(run.pool.train) == 3
    run = train_painter(pairs_file, tmp_path, replace(RECIPE, steps=3))
    assert len(run.pool.train) == 6


def test_no_checkpoint_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="run that training first"):
        checkpoint.load(tmp_path / "painter.pt")


def test_trained_networks_export_to_a_readable_bundle(
    pairs_file: Path, rendered: Path, tmp_path: Path
) -> None:
    train_painter(pairs_file, tmp_path, RECIPE)
    state = {"average": Listener().state_dict(), "seeds": [2], "step": 0}
    checkpoint.save(tmp_path / "listener.pt", state)
    bundle = rendered / "bundle"
    export.main(rendered, tmp_path / "painter.pt", tmp_path / "listener.pt", bundle)
    read = read_bundle(bundle)
    assert read.window == WINDOWS
    assert list(read.clips) == ["idle", "nod"]
    assert read.clips["idle"].there_and_back
    assert read.clips["idle"].homes == (0, 2)
    for name in read.files:
        read_file(read, name)
    card = tomllib.loads((bundle / "avatar.toml").read_text())["card"]
    assert card["design"] == "shuffle"
    assert card["onnx_difference"] <= 1e-4


def test_the_mask_is_zero_at_the_border_and_full_inside() -> None:
    mask = export.feather(224)
    assert (mask[: export.MASK_BORDER - 1] == 0).all()
    assert (mask[40:-40, 40:-40] == 255).all()
    assert (np.diff(mask[112].astype(int))[:112] >= 0).all()


@pytest.mark.parametrize("design", sorted(DESIGNS))
def test_the_painter_comes_out_of_a_bundle_again(
    pairs_file: Path, rendered: Path, tmp_path: Path, design: str
) -> None:
    train_painter(pairs_file, tmp_path, replace(RECIPE, design=design))
    checkpoint.save(
        tmp_path / "listener.pt", {"average": Listener().state_dict(), "seeds": [2], "step": 0}
    )
    bundle = rendered / "bundle"
    export.main(rendered, tmp_path / "painter.pt", tmp_path / "listener.pt", bundle)
    reopened = reopen.reopen(read_bundle(bundle))
    shipped, framing, state = load(tmp_path / "painter.pt")
    for name, weight in shipped.state_dict().items():
        torch.testing.assert_close(reopened["average"][name], weight, atol=1e-3, rtol=1e-3)
    assert Framing.of(reopened["framing"]) == framing
    assert reopened["step"] == state["step"]


def taught(speech: Spoken, seed: int, path: Path) -> Listener:
    """A listener with norms that are not the first ones, also in a checkpoint."""
    torch.manual_seed(seed)
    listener = Listener()
    listener.train()
    with torch.no_grad():
        listener.hear(torch.from_numpy(mel_frames(speech.pcm).T[None].copy()))
    state = {"average": listener.state_dict(), "seeds": [2, seed], "step": 7}
    checkpoint.save(path, state)
    listener.eval()
    return listener


def test_listeners_come_out_of_a_bundle_as_they_were(
    pairs_file: Path, rendered: Path, tmp_path: Path
) -> None:
    train_painter(pairs_file, tmp_path, RECIPE)
    speech, bundle = [spoken(seed) for seed in range(2)], rendered / "bundle"
    paths = [tmp_path / f"{seed}.pt" for seed in (3, 4)]
    listeners = [taught(speech[0], seed, path) for seed, path in zip((3, 4), paths, strict=True)]
    export.main(rendered, tmp_path / "painter.pt", paths[0], bundle, paths[1:])
    read = read_bundle(bundle)
    for which, listener in enumerate(listeners):
        state = reopen_listener.reopen(read, speech, which)
        again = Listener()
        again.load_state_dict(state["average"])
        for before, after in zip(
            predict(listener, speech[1].pcm), predict(again.eval(), speech[1].pcm), strict=True
        ):
            np.testing.assert_allclose(after, before, atol=0.01)
        assert state["step"] == 14
        assert state["seeds"] == [2, 3, 4]
    with pytest.raises(StudioError, match="another make"):
        reopen_listener.reopen(read, speech, which=2)
