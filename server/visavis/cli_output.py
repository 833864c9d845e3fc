"""What the commands write on: stdout for results, a bar on stderr for what takes its time."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

out = Console(highlight=False)


def progress_bar() -> Progress:
    """A bar on stderr, where that is a terminal."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


class FrameBar:
    """A progress bar over frames, with the rate."""

    def __init__(self, progress: Progress, text: str) -> None:
        self._progress = progress
        self._task = progress.add_task(text, total=None, rate="")

    def __call__(self, done: int, total: int | None) -> None:
        task = self._progress.tasks[self._task]
        rate = f"{task.speed:.0f} FPS" if task.speed else ""
        self._progress.update(self._task, completed=done, total=total, rate=rate)
