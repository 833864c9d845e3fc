"""`make soak`: one caller for a long time. Prints what must not drift, minute by minute."""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from bench.analysis import beeps, presented_fps, skew_ms
from bench.browser import open_page, running_server, talk
from bench.wav import write_wav
from visavis.studio.lamp import TONE_AMPLITUDE, TONE_HZ, build_lamp

_ROUND_S = 55.0


def rss_mb(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=60)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as folder:
        lamp = build_lamp(Path(folder)).parent
        tones = beeps(_ROUND_S + 10, TONE_HZ, TONE_AMPLITUDE)
        microphone = write_wav(Path(folder) / "beeps.wav", tones)
        with running_server("--avatar", "lamp", avatars=lamp) as server:
            print("minute   RSS MB   FPS     skew ms (mean, largest)")
            memory = []
            for minute in range(minutes):
                with open_page(f"{server.url}/?processing=off", microphone) as page:
                    recording = talk(page, _ROUND_S)
                skew = skew_ms(recording)[-30:]
                memory.append(rss_mb(server.process.pid))
                print(
                    f"{minute:6d} {memory[-1]:8.1f} {presented_fps(recording):6.2f} "
                    f"{skew.mean():+8.1f} {skew[np.argmax(np.abs(skew))]:+8.1f}",
                    flush=True,
                )
            if len(memory) > 1:
                slope = np.polyfit(np.arange(len(memory)), memory, 1)[0]
                print(f"memory grows by {slope:+.3f} MB a minute")


if __name__ == "__main__":
    main()
