"""One way to run a network here: a provider and a precision."""

from dataclasses import dataclass

from visavis.engine.providers.catalogue import CATALOGUE, CPU, Precision, Provider, provider
from visavis.errors import ConfigError


@dataclass(frozen=True)
class Candidate:
    """A provider and the precision in which it is to compute."""

    provider: str
    precision: Precision

    def __str__(self) -> str:
        return f"{self.provider}:{self.precision}"

    @property
    def row(self) -> Provider:
        """The catalogue's row."""
        found = provider(self.provider)
        assert found is not None
        return found

    @property
    def exact(self) -> bool:
        """Whether it computes in float32, as the reference does."""
        return self.precision is Precision.FP32


EXACT = Candidate(CPU, Precision.FP32)


def parse_candidate(text: str) -> Candidate:
    """ "openvino:bf16", or "openvino", which is its first precision. Raises `ConfigError`."""
    name, _, wanted = text.partition(":")
    row = provider(name)
    if row is None:
        known = ", ".join(row.id for row in CATALOGUE)
        raise ConfigError(f"There is no provider {name[:64]!r}; choose auto or one of: {known}.")
    precisions = {str(precision): precision for precision in row.options}
    if wanted and wanted not in precisions:
        raise ConfigError(f"{row.title} computes in {', '.join(precisions)}, not {wanted[:64]!r}.")
    return Candidate(row.id, precisions[wanted] if wanted else next(iter(row.options)))
