"""How a pool is laid out."""

from dataclasses import dataclass

from visavis.engine.cores import usable_cores


@dataclass(frozen=True)
class Plan:
    """Sessions of so many threads each, that run at most `batch` single frames together."""

    sessions: int
    threads: int = 1
    batch: int = 1

    def __str__(self) -> str:
        return f"{self.sessions} × {self.threads} threads, {self.batch} frames at most"


def plain_plan(sessions: int | None = None) -> Plan:
    """A session of one thread per core, or so many sessions."""
    return Plan(sessions or usable_cores())
