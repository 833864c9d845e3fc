"""A server whose stages have ways out, in this process: its HTTP, its stages and its outputs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from visavis.app import Server, build_app
from visavis.avatars import Avatar
from visavis.config import ServeConfig
from visavis.config_outputs import OutputsConfig
from visavis.engine.pool import SessionPool
from visavis.media.showcase import Showcase
from visavis.media.stage import Stage
from visavis.media.stages import Stages
from visavis.outputs import Outputs


@dataclass(frozen=True)
class Outside:
    """What a test looks at."""

    client: httpx.AsyncClient
    stages: Stages
    outputs: Outputs

    async def stage(self, name: str | None, avatar: Avatar) -> Stage:
        """Open a stage and let it run, empty, until it is ended."""
        with self.stages.place(name, avatar):
            stage = self.stages.open(name, avatar)
            stage.welcome(_remain(stage))
        stage.begin()
        return stage


async def _remain(stage: Stage) -> str:
    await stage.ending.wait()
    return "left"


@asynccontextmanager
async def outside(
    avatar: Avatar, pool: SessionPool, folder: Path, config: OutputsConfig, token: str | None = None
) -> AsyncIterator[Outside]:
    """Run a server; leaving it is its orderly end."""
    stages = Stages(3, pool)
    with Outputs(config, avatar, folder) as outputs:
        settings = ServeConfig(token=token, outputs=config)
        app = build_app(
            Server(settings, avatar, pool, stages, Showcase(folder, avatar.template), outputs)
        )
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client,
        ):
            yield Outside(client, stages, outputs)


async def until(done: Callable[[], bool]) -> None:
    """Wait for what has no event; pytest's own limit ends the wait."""
    while not done():  # noqa: ASYNC110
        await asyncio.sleep(0.02)
