"""`visavis doctor`: what this machine has, what that makes of an avatar, and what it lacks."""

from collections.abc import Iterator
from importlib.metadata import version

from visavis.avatars import Avatar
from visavis.capacity import measure_capacity
from visavis.engine.calibration import Measured
from visavis.engine.choice import Choice
from visavis.engine.cores import usable_cores
from visavis.engine.generator import FastModel
from visavis.engine.pool import SessionPool
from visavis.engine.processor import processor
from visavis.engine.providers.usable import Standing, standings

_WIDTH = 18


def examine(avatar: Avatar, capacity: bool = True) -> Iterator[str]:
    """Lines to print, as they become known. Measuring the capacity takes a few seconds.

    Raises `BundleError`.
    """
    yield from _machine()
    yield ""
    yield "providers"
    measured = avatar.choice.measured if avatar.choice else ()
    for standing in standings():
        yield from _provider(standing, measured)
    yield ""
    yield from _avatar(avatar)
    if capacity:
        with SessionPool(avatar.fast) as pool:
            held = measure_capacity(avatar, pool)
            yield _line("capacity", f"{held} caller{'s' if held != 1 else ''} at 25 FPS")


def _machine() -> Iterator[str]:
    chip, cores = processor(), usable_cores()
    yield _line("processor", f"{chip.name}, {cores} core{'s' if cores != 1 else ''}")
    yield _line("features", ", ".join(chip.features) or "none that inference could use")
    libraries = [f"{name} {version(name)}" for name in ("visavis", "onnxruntime", "av", "numpy")]
    yield _line("libraries", ", ".join(libraries))


def _provider(standing: Standing, measured: tuple[Measured, ...]) -> Iterator[str]:
    row = standing.provider
    if not standing.precisions:
        yield _line(f"  {row.id}", f"{row.title}: {standing.reason}; to get it: {row.install}")
    for candidate in standing.candidates:
        found = next((m for m in measured if m.candidate == candidate), None)
        yield _line(f"  {candidate}", f"{row.title}: {_figures(found)}")


def _figures(measured: Measured | None) -> str:
    if measured is None:
        return "works"
    if not measured.ms:
        return f"does not run this generator: {measured.refused}"
    times = f"{measured.ms:.1f} ms a frame on one core"
    return f"{times}, not used: {measured.refused}" if measured.refused else times


def _avatar(avatar: Avatar) -> Iterator[str]:
    yield _line("avatar", f"{avatar.bundle.id}: {_how(avatar)}")
    yield _line("template", avatar.prepared())


def _how(avatar: Avatar) -> str:
    choice: Choice | None = avatar.choice
    if choice is not None:
        return f"runs on {choice.best}: {choice.reason}"
    if isinstance(avatar.fast, FastModel):
        return f"runs on {avatar.fast.candidate}, as asked for"
    return "runs on cpu:fp32 as it is, as no surgery can be done on its generator"


def _line(label: str, text: str) -> str:
    return f"{label:<{_WIDTH}} {text}".rstrip()
