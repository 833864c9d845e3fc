"""RTMP, recordings and the virtual microphone as people use them: `python -m bench.outputs`."""

import re
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from bench.analysis import beeps
from bench.browser import running_server
from bench.films import pictures, skew_ms
from bench.merge import RESULTS, merge, show
from bench.nginx_rtmp import NginxRtmp
from bench.publisher import publishing
from bench.virtual_devices import device_skew_ms
from bench.wav import speech
from visavis.avatars import load, resolve
from visavis.core.timeline import FRAME_OUTPUT_SAMPLES
from visavis.media.outputs.encoder import FilmEncoder
from visavis.studio.lamp import TONE_AMPLITUDE, TONE_HZ, build_lamp

Figures = dict[str, float | int | str]
_DOWN_S = 3.0  # how long the RTMP server stays away
_KILLS = 5


def rtmp(seconds: float) -> Figures:
    """A minute into nginx, which is killed in the middle and started again."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = NginxRtmp(folder / "nginx")
        server.start()
        avatars = build_lamp(folder / "avatars").parent
        url = f"rtmp://127.0.0.1:{server.port}/live/key"
        try:
            with running_server("--avatar", "lamp", "--rtmp", url, avatars=avatars) as visavis:
                tones = beeps(seconds + 60, TONE_HZ, TONE_AMPLITUDE)
                with publishing(f"{visavis.url}/whip/main", tones):
                    _await_films(server, 1)
                    time.sleep(seconds / 2)
                    server.kill()
                    time.sleep(_DOWN_S)
                    server.start()
                    restarted = time.monotonic()
                    _await_films(server, 2)
                    away_s = time.monotonic() - restarted
                    time.sleep(seconds / 2)
        finally:
            server.kill()
        films = server.received()
        skews = np.concatenate([skew_ms(film) for film in films])
        received = sum(pictures(film) for film in films) / 25
    return {
        "rtmp_seconds": round(received, 1),
        "rtmp_skew_ms": round(float(skews.mean()), 1),
        "rtmp_skew_max_ms": round(float(np.abs(skews).max()), 1),
        "rtmp_flashes": len(skews),
        "rtmp_reconnect_s": round(away_s, 1),
    }


def _await_films(server: NginxRtmp, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(server.received()) < count:
        if time.monotonic() > deadline:
            raise RuntimeError("nothing has reached the RTMP server")
        time.sleep(0.1)


def mp4(seconds: float) -> Figures:
    """The server is killed while it records; what is playable, and what is lost?"""
    losses, lengths = [], []
    for number in range(_KILLS):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            with (
                running_server("--avatar", "nova", "--record", name) as visavis,
                publishing(f"{visavis.url}/whip/main", speech(seconds)),
            ):
                time.sleep(4 + 0.37 * number)
                released = _released(visavis.url)
                visavis.process.kill()
                visavis.process.wait()
            (film,) = folder.glob("*.mp4")
            kept = pictures(film)
        losses.append((released - kept) / 25)
        lengths.append(kept / 25)
    return {
        "mp4_loss_s": round(max(losses), 2),
        "mp4_playable_s": round(min(lengths), 2),
        "mp4_kills": _KILLS,
    }


def _released(url: str) -> int:
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:  # noqa: S310
        text = answer.read().decode()
    found = re.search(r'visavis_frames_total\{fate="released"\} (\S+)', text)
    assert found is not None
    return round(float(found[1]))


def devices(seconds: float) -> Figures:
    """The lamp into a virtual camera and a virtual microphone."""
    skews = device_skew_ms(min(seconds, 30.0))
    return {
        "microphone_skew_ms": round(float(np.median(skews)), 1),
        "microphone_skew_mean_ms": round(float(skews.mean()), 1),
        "microphone_skew_max_ms": round(float(np.abs(skews).max()), 1),
    }


def encoder(_: float) -> Figures:
    """What a stage's outputs cost together: processor time of one frame with its sound."""
    avatar = load(resolve("nova"))
    frames, sound = avatar.template.frames, speech(10.0).reshape(-1, FRAME_OUTPUT_SAMPLES)
    film = FilmEncoder(avatar.bundle.width, avatar.bundle.height)
    costs = []
    for index, part in enumerate(sound):
        begun = time.process_time()
        coded = (
            *film.picture(index, frames[index % len(frames)], keyframe=False),
            *film.sound(index * FRAME_OUTPUT_SAMPLES, part),
        )
        costs.append((time.process_time() - begun, sum(len(c.data) for c in coded)))
    times, sizes = np.array(costs).T
    return {
        "outputs_encode_ms": round(1000 * float(np.median(times)), 2),
        "outputs_kbit_s": round(float(sizes.mean()) * 25 * 8 / 1000),
    }


SECTIONS: dict[str, Callable[[float], Figures]] = {
    "rtmp": rtmp,
    "mp4": mp4,
    "devices": devices,
    "encoder": encoder,
}


def main(
    only: Annotated[str, typer.Option(help="Sections, separated by commas.")] = ",".join(SECTIONS),
    seconds: Annotated[float, typer.Option(help="Length of the push.")] = 62.0,
    json_file: Annotated[Path, typer.Option("--json", help="Where the figures go.")] = RESULTS
    / "pages.json",
) -> None:
    """Measure, print, and put the figures beside those that are there already."""
    for name in only.split(","):
        figures = SECTIONS[name](seconds)
        show(figures)
        merge(json_file, figures)


if __name__ == "__main__":
    typer.run(main)
