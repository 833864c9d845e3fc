"""Nothing is told to anybody: the libraries that would report are kept from it."""

import os
import subprocess
import sys
from pathlib import Path

_USE = (
    "import sys, visavis, onnxruntime; "
    "onnxruntime.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])"
)


def test_onnx_runtime_does_not_report(tmp_path: Path, avatar_folder: Path) -> None:
    """Where it reports, it leaves `.ses`, the session of its telemetry, in the temporary folder."""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    model = str(avatar_folder / "lamp" / "generator.onnx")
    subprocess.run([sys.executable, "-c", _USE, model], env=environment, check=True)
    assert not list(tmp_path.iterdir())
