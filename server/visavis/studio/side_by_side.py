"""A film to judge by: left the path-traced mouth, right the one painted from sound."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import Frame, beside, crop, planes
from visavis.core.pcm import resample
from visavis.core.timeline import FRAME_SAMPLES, OUTPUT_RATE, SAMPLE_RATE
from visavis.media.mp4 import Mp4Writer
from visavis.studio.player import Player
from visavis.studio.reader import Place
from visavis.studio.truth import Truth, pictures

Float32 = NDArray[np.float32]


def write_film(
    path: Path, player: Player, truth: Truth, folder: Path, heard: dict[int, Float32]
) -> bool:
    """Write the rendered sentences as MP4; False if the truth has none. `heard` gives a
    sentence's PCM by its number. Raises `MediaError`."""
    renders = pictures(folder / "clips.mkv")
    if not renders:
        return False
    bundle = player.avatar.bundle
    with Mp4Writer(path, 2 * bundle.width, bundle.height) as film:
        for number in dict.fromkeys(truth.clip_sentence.tolist()):
            for pcm, frame in scene(player, truth, renders, number, heard[number]):
                sound = resample(pcm, SAMPLE_RATE, OUTPUT_RATE)
                film.write_sound(np.stack((sound, sound), 1))
                film.write_frame(frame)
    return True


def scene(
    player: Player, truth: Truth, renders: list[Frame], number: int, pcm: Float32
) -> Iterator[tuple[Float32, Frame]]:
    """Sound and picture of one sentence, frame by frame."""
    chosen = np.flatnonzero(truth.clip_sentence == number)
    chosen = chosen[np.argsort(truth.clip_frame[chosen])]
    path = truth.clip_template[chosen].tolist()
    for step, made in enumerate(player.speak(pcm, path)):
        true = player.resting(path[step]).copy()
        place = truth.picture_place(path[step])
        lay(true, renders[int(chosen[step])], place)
        yield pcm[step * FRAME_SAMPLES : (step + 1) * FRAME_SAMPLES], beside(true, made)


def lay(frame: Frame, picture: Frame, place: Place) -> None:
    """Put a small picture into its place."""
    for target, source in zip(
        crop(frame, place.x, place.y, place.side), planes(picture), strict=True
    ):
        target[...] = source
