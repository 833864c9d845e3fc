"""Compare designs of the painter: equal processor time each, the same pairs, the same losses."""

import json
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import onnx
import onnxruntime
import torch
import typer
from numpy.typing import NDArray

from visavis.engine.graph.halves import Halves
from visavis.engine.graph.network import read_network
from visavis.engine.graph.partition import halve
from visavis.studio import hoist
from visavis.studio.crops import Pairs
from visavis.studio.export import ARTICULATION, generator_inputs
from visavis.studio.macs import count
from visavis.studio.networks import Generator
from visavis.studio.onnxwrite import rounded, to_onnx
from visavis.studio.painters import DESIGNS
from visavis.studio.pictures import write_bytes
from visavis.studio.pool import Pool
from visavis.studio.train_generator import Recipe, load, train

REPEATS = 100


def cost(checkpoint: Path) -> dict[str, float]:
    """What one frame costs: MMAC whole and of what sound reaches, milliseconds of the latter on one
    thread of ONNX Runtime, and MB of float32 kept per template frame."""
    painter, framing, _ = load(checkpoint)
    generator = rounded(Generator(painter, framing)).eval()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "generator.onnx"
        inputs = generator_inputs(generator)
        to_onnx(generator, inputs, ["roi"], path, ARTICULATION)
        halves = _halves(path, {name: value.numpy() for name, value in inputs.items()})
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        appearance, mouth = (
            onnxruntime.InferenceSession(model, options)
            for model in (halves.appearance, halves.mouth)
        )
        features = appearance.run(None, {"template": inputs["template"].numpy()})
        feed = dict(zip(halves.tensors, features, strict=True))
        feed |= {name: value.numpy() for name, value in inputs.items()}
        feed = {name: feed[name] for name in (value.name for value in mouth.get_inputs())}
        times = []
        for _ in range(REPEATS):
            began = time.process_time()
            mouth.run(None, feed)
            times.append(time.process_time() - began)
        return {
            "mmac": round(count(path) / 1e6, 1),
            "mmac_per_spoken_frame": round(count(path, "audio") / 1e6, 1),
            "ms": round(1000 * float(np.median(times)), 2),
            "mb_per_template_frame": round(sum(f.nbytes for f in features) / 1e6, 2),
        }


def _halves(generator: Path, feeds: dict[str, NDArray[np.float32]]) -> Halves:
    model = generator.read_bytes()
    kept = hoist.crossing(onnx.load_from_string(model).graph, "template", "audio")
    return halve(read_network(model), tuple(kept), "template", "audio", "roi", feeds)


def main(
    pairs: Annotated[Path, typer.Argument(help="npz of training pairs")],
    folder: Annotated[Path, typer.Argument(help="work folder, a subfolder per design")],
    out: Annotated[Path, typer.Option("--json", help="table to write")],
    minutes: Annotated[float, typer.Option(help="processor time of each design")] = 8.0,
    only: Annotated[list[str] | None, typer.Option(help="design; may be given again")] = None,
) -> None:
    """Train every design and write the table."""
    torch.set_num_threads(1)
    pool = Pool(Pairs.load(pairs))
    table: list[dict[str, Any]] = []
    for design in only or DESIGNS:
        run = train(pairs, folder / design, Recipe(design, 10**9, 60 * minutes), pool=pool)
        figures = {name: round(value, 4) for name, value in run.report.items()}
        row = {"design": design, "steps": run.step, "minutes": minutes}
        table.append(row | figures | cost(run.path))
        typer.echo(table[-1])
        write_bytes(out, (json.dumps(table, indent=1) + "\n").encode())


if __name__ == "__main__":
    typer.run(main)
