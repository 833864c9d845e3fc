"""A few steps on made-up data: everything trains, resumes, exports and plays."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from visavis.core.bundle import read_bundle
from visavis.core.bundlefile import read_file
from visavis.errors import StudioError
from visavis.studio import checkpoint, export
from visavis.studio.corpus import REST, WINDOWS, Spoken, resting
from visavis.studio.crops import LEFT, MARGIN, TOP, WINDOW, Pairs
from visavis.studio.networks import Generator, Painter, activity_gate
from visavis.studio.pictures import write_png
from visavis.studio.train_articulation import predict
from visavis.studio.train_articulation import train as train_listener
from visavis.studio.train_generator import Pool
from visavis.studio.train_generator import train as train_painter

CROPS, FRAMES = 8, 30


def pairs() -> Pairs:
    random = np.random.default_rng(0)
    side = WINDOW + 2 * MARGIN
    templates = random.integers(0, 255, (2, 3, side, side), dtype=np.uint8)
    targets = random.integers(0, 255, (CROPS, 3, side, side), dtype=np.uint8)
    articulation = random.random((CROPS, 19)).astype(np.float32)
    clip = np.array([0, 1, 2, 3, 4, 6, 5, 11])  # the last two are held out
    return Pairs(templates, targets, articulation, np.arange(CROPS) % 2, clip, np.zeros(CROPS, int))


def spoken(seed: int) -> Spoken:
    random = np.random.default_rng(seed)
    pcm = (0.1 * random.standard_normal(FRAMES * 640)).astype(np.float32)
    return Spoken("made up", "…", pcm, random.random((FRAMES, 19)).astype(np.float32))


def weights(network: torch.nn.Module) -> NDArray[np.float32]:
    parts = [value.detach().float().flatten() for value in network.state_dict().values()]
    return np.asarray(torch.cat(parts))


def test_held_out_pairs_are_never_drawn() -> None:
    pool = Pool(pairs())
    assert set(pool.train.tolist()) == set(range(6))
    assert set(pool.held_out.tolist()) == {6, 7}


def test_training_resumes_where_it_stopped(tmp_path: Path) -> None:
    pool = Pool(pairs())
    train_painter(pool, tmp_path, steps=2, batch_size=2, rate=1e-3, log_every=1)
    assert checkpoint.load(tmp_path / "painter.pt")["step"] == 2
    before = weights(train_painter(pool, tmp_path, steps=2, batch_size=2, rate=1e-3))
    after = weights(train_painter(pool, tmp_path, steps=4, batch_size=2, rate=1e-3))
    assert not np.array_equal(before, after)
    assert checkpoint.load(tmp_path / "painter.pt")["step"] == 4


def test_no_checkpoint_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="run that training first"):
        checkpoint.load(tmp_path / "painter.pt")


def test_a_resting_mouth_is_exactly_the_template() -> None:
    painter, generator = Painter().eval(), Generator().eval()
    generator.painter.load_state_dict(painter.state_dict())
    window = torch.rand(2, 3, WINDOW, WINDOW)
    rest = torch.from_numpy(np.stack((REST, np.zeros_like(REST))))
    assert activity_gate(rest).abs().max() == 0
    with torch.no_grad():
        assert torch.equal(generator.paint(window, rest), window)


def test_outside_the_window_nothing_changes() -> None:
    generator = Generator().eval()
    template = torch.rand(1, 3, 224, 224)
    with torch.no_grad():
        made = generator(template, torch.randn(1, 8, 64))
    made[:, :, TOP : TOP + WINDOW, LEFT : LEFT + WINDOW] = 0
    template[:, :, TOP : TOP + WINDOW, LEFT : LEFT + WINDOW] = 0
    assert torch.equal(made, template)


def test_trained_networks_export_to_a_readable_bundle(tmp_path: Path) -> None:
    clips = [spoken(seed) for seed in range(3)]
    painter = train_painter(Pool(pairs()), tmp_path, steps=3, batch_size=2, rate=1e-3)
    listener = train_listener(clips, clips[:1], tmp_path, steps=3, clips=2)
    encoder, generator = export.assemble(tmp_path)
    assert np.array_equal(weights(generator.painter), weights(painter))
    bundle = tmp_path / "someone"
    bundle.mkdir()
    figures = export.write_models(bundle, encoder, generator)
    assert figures["onnx_difference"] <= export.TOLERANCE
    assert figures["generator_mmac"] < 600
    write_png(bundle / "mask.png", export.feather())
    write_png(bundle / "background.png", np.zeros((448, 448, 3), np.uint8))
    (bundle / "idle.mkv").write_bytes(b"a clip")
    export.write_description(bundle, [(112, 180), (114, 182)], 448, figures)
    read = read_bundle(bundle)
    assert read.window == WINDOWS
    assert read.clips["idle"].roi == ((112, 180), (114, 182))
    for name in read.files:
        read_file(read, name)
    assert tomllib.loads((bundle / "avatar.toml").read_text())["card"] == figures
    assert predict(listener, clips[0]).shape == (FRAMES, 19)


def test_the_mask_is_zero_at_the_border_and_full_inside() -> None:
    mask = export.feather()
    assert (mask[: export.MASK_BORDER - 1] == 0).all()
    assert (mask[40:-40, 40:-40] == 255).all()
    assert (np.diff(mask[112].astype(int))[:112] >= 0).all()


def test_silence_is_labelled_as_rest() -> None:
    assert (resting(4) == REST).all()
