"""`make pictures`: the pictures of the README, taken from the running product."""

import tempfile
from pathlib import Path

import numpy as np

from bench import page_pictures
from bench.browser import open_page, running_server
from bench.wav import speech, write_wav
from visavis import avatars
from visavis.core.compositor import Frame, new_frame, planes
from visavis.core.timeline import SAMPLE_RATE
from visavis.engine.reference import reference_frames
from visavis.media.png import write_png

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
SPEECH_S = 10
COLUMNS, ROWS = 4, 2
_WIDTH, _HEIGHT = 1280, 800
_SPEAKING_MS = 6_400  # after the picture has come: in the middle of a word


def contact_sheet(avatar: avatars.Avatar) -> Frame:
    """Eight speaking frames at even distances, as one yuv420p picture."""
    pcm = speech(SPEECH_S, SAMPLE_RATE)
    generator = avatar.generator.open()
    clip = reference_frames(avatar.bundle, avatar.template, avatar.encoder, generator, pcm)
    frames = list(clip)
    chosen = np.linspace(18, len(frames) - 12, COLUMNS * ROWS).astype(int)
    width, height = avatar.bundle.width, avatar.bundle.height
    sheet = new_frame(COLUMNS * width, ROWS * height)
    for place, index in enumerate(chosen):
        row, column = divmod(place, COLUMNS)
        for target, source in zip(planes(sheet), planes(frames[index]), strict=True):
            h, w = source.shape
            target[row * h : (row + 1) * h, column * w : (column + 1) * w] = source
    return sheet


def page(path: Path) -> None:
    """The page while someone speaks."""
    with tempfile.TemporaryDirectory() as folder:
        microphone = write_wav(Path(folder) / "speech.wav", speech(SPEECH_S + 5))
        with (
            running_server() as server,
            open_page(f"{server.url}/?processing=off", microphone) as browser,
        ):
            browser.set_viewport_size({"width": _WIDTH, "height": _HEIGHT})
            browser.get_by_role("button", name="Talk", exact=True).click()
            browser.wait_for_selector("#stage.has-live", timeout=20_000)
            browser.wait_for_timeout(_SPEAKING_MS)
            browser.screenshot(path=path)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    write_png(FOLDER / "nova_frames.png", contact_sheet(avatars.load(avatars.find("nova"))))
    page(FOLDER / "page.png")
    page_pictures.take(FOLDER)


if __name__ == "__main__":
    main()
