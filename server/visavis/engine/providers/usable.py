"""Which providers of the catalogue work on this machine, and why the others do not."""

import importlib.util
import sys
from dataclasses import dataclass
from functools import cache

from visavis.engine.providers.candidate import Candidate
from visavis.engine.providers.catalogue import CATALOGUE, Precision, Provider, Runtime
from visavis.engine.providers.onnx import built_in, plugin_devices
from visavis.engine.providers.openvino import precisions
from visavis.engine.session import SessionError


@dataclass(frozen=True)
class Standing:
    """How a provider stands here: the precisions that work, or why there are none."""

    provider: Provider
    precisions: tuple[Precision, ...]
    reason: str = ""

    @property
    def candidates(self) -> list[Candidate]:
        return [Candidate(self.provider.id, precision) for precision in self.precisions]


@cache
def standings() -> tuple[Standing, ...]:
    """Every provider of the catalogue that there is for this system."""
    return tuple(_standing(row) for row in CATALOGUE if sys.platform in row.systems)


def candidates() -> list[Candidate]:
    """Every provider and precision that can be tried here, the plain and exact one first."""
    return [candidate for standing in standings() for candidate in standing.candidates]


def _standing(row: Provider) -> Standing:
    if row.runtime is Runtime.ONNX:
        if row.name in built_in():
            return Standing(row, tuple(row.options))
        return Standing(row, (), "not in the installed onnxruntime")
    if importlib.util.find_spec(row.module) is None:
        return Standing(row, (), "not installed")
    if row.runtime is Runtime.OPENVINO:
        found = tuple(precision for precision in row.options if precision in precisions())
        return Standing(row, found, "" if found else "it does not start here")
    try:
        plugin_devices(row)
    except SessionError as error:
        return Standing(row, (), str(error))
    return Standing(row, tuple(row.options))
