from visavis.cli_output import FrameBar, progress_bar


def test_a_bar_counts_frames() -> None:
    progress = progress_bar()
    bar = FrameBar(progress, "Lamp")
    bar(3, None)
    task = progress.tasks[0]
    assert (task.description, task.completed, task.total) == ("Lamp", 3, None)
    bar(20, 40)
    assert (task.completed, task.total) == (20, 40)


def test_a_bar_is_silent_where_nobody_watches() -> None:
    assert progress_bar().disable
