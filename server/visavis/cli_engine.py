"""Options of the engine, and the command that tells what it finds here."""

from typing import Annotated

import typer

from visavis import avatars
from visavis.cli_output import FrameBar, out, progress_bar
from visavis.engine.config import AUTO, DEFAULT_CACHE, EngineConfig, parse_size

Provider = Annotated[
    str,
    typer.Option(
        "--provider",
        envvar="VISAVIS_PROVIDER",
        help="How the generator is run: auto, or as `visavis doctor` lists them.",
    ),
]
TemplateCache = Annotated[
    str,
    typer.Option(
        "--template-cache",
        envvar="VISAVIS_TEMPLATE_CACHE",
        help="Most to keep of what is computed once per template frame.",
    ),
]


def engine_config(provider: str = AUTO, template_cache: str = DEFAULT_CACHE) -> EngineConfig:
    """Raises `ConfigError`."""
    return EngineConfig(provider, parse_size(template_cache))


def doctor(
    avatar: Annotated[
        str, typer.Option("--avatar", help="An avatar's id, or a bundle's folder.")
    ] = "nova",
    provider: Provider = AUTO,
    template_cache: TemplateCache = DEFAULT_CACHE,
) -> None:
    """Tell what this machine has, how fast an avatar runs on it, and what is missing."""
    from visavis.doctor import examine

    loaded = avatars.load(avatars.resolve(avatar), engine_config(provider, template_cache))
    for line in examine(loaded):
        out.print(line, soft_wrap=True, markup=False)


def avatar_prepare(
    avatar: Annotated[str, typer.Argument(help="Id or folder.")],
    provider: Provider = AUTO,
    template_cache: TemplateCache = DEFAULT_CACHE,
) -> None:
    """Do ahead what the first start would do: surgery, choice of the provider, template frames."""
    engine = engine_config(provider, template_cache)
    loaded = avatars.load(avatars.resolve(avatar), engine)
    with progress_bar() as progress:
        loaded.prepare_rest(lambda: False, FrameBar(progress, loaded.bundle.name))
    out.print(f"{loaded.bundle.id} is ready: {loaded.prepared()}", soft_wrap=True)
