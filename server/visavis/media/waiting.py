"""Waiting for one of several things, and ending tasks so that nothing of them stays."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def first(*waits: Coroutine[Any, Any, object]) -> None:
    """Wait for the first of several awaitables; cancel the others and wait for that too. What the
    first one raises is raised."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def outcome(task: "asyncio.Task[Any]") -> None:
    """Wait until a task is done, whatever became of it; being cancelled leaves it alone."""
    await asyncio.wait([task])


async def cancelled(task: "asyncio.Task[Any]") -> None:
    """Cancel a task and wait for its end."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
