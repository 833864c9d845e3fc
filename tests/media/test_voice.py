"""Real Opus packets as networks bring them: in order, late, lost, twice, and no Opus at all."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.core.timeline import OUTPUT_RATE
from visavis.media.encoders.coded import Coded
from visavis.media.encoders.opus import Opus
from visavis.media.ingest import Ingest
from visavis.media.voice import VoiceDecoder

Float32 = NDArray[np.float32]
PTIME = 960
COUNT = 100
Packets = list[tuple[int, int, bytes]]


@pytest.fixture(scope="module")
def packets() -> Packets:
    """Two seconds of a tone: sequence number, time stamp, payload, wrapping round both."""
    time = np.arange(COUNT * PTIME) / OUTPUT_RATE
    tone = (0.5 * np.sin(2 * np.pi * 300 * time)).astype(np.float32)
    opus = Opus()
    coded: list[Coded] = []
    for tick in range(COUNT // 2):
        coded += opus.encode(tick, tone[1920 * tick : 1920 * (tick + 1)])
    start = (1 << 32) - 30 * PTIME
    return [
        ((65_500 + n) % 65_536, (start + packet.pts) % (1 << 32), packet.data)
        for n, packet in enumerate(coded)
    ]


def _decode(packets: Sequence[tuple[int, int, bytes]]) -> tuple[Float32, VoiceDecoder, Ingest]:
    ingest = Ingest(most_s=60)
    voice = VoiceDecoder(ingest)
    for packet in packets:
        voice.push(*packet)
    return ingest._buffer, voice, ingest


def test_a_packet_is_sound_at_once(packets: Packets) -> None:
    heard, voice, _ = _decode(packets)
    assert len(heard) == COUNT * PTIME
    assert np.abs(heard[PTIME:]).max() == pytest.approx(0.5, abs=0.05)
    assert (voice.lost, voice.failed) == (0, 0)


def test_packets_that_overtake_each_other_are_put_in_order(packets: Packets) -> None:
    mixed = list(packets)
    for n in range(10, 90, 7):
        mixed[n], mixed[n + 1] = mixed[n + 1], mixed[n]
    straight, _, _ = _decode(packets)
    heard, voice, _ = _decode(mixed)
    np.testing.assert_array_equal(heard, straight)
    assert voice.lost == 0


def test_a_packet_that_comes_twice_is_heard_once(packets: Packets) -> None:
    straight, _, _ = _decode(packets)
    heard, _, _ = _decode([packet for packet in packets for _ in range(2)])
    np.testing.assert_array_equal(heard, straight)


@pytest.mark.parametrize("hole", [1, 2, 3])
def test_a_short_hole_is_bridged_without_a_break(packets: Packets, hole: int) -> None:
    heard, voice, ingest = _decode(packets[:40] + packets[40 + hole :])
    assert len(heard) == COUNT * PTIME
    assert voice.lost == hole
    assert ingest.counters.filled == 0
    bridge = heard[40 * PTIME : 41 * PTIME]
    assert np.abs(bridge[:200]).max() > 0.2
    jump = abs(float(heard[40 * PTIME] - heard[40 * PTIME - 1]))
    assert jump < 0.05


def test_a_long_hole_is_silence_of_the_same_length(packets: Packets) -> None:
    heard, _, ingest = _decode(packets[:40] + packets[45:])
    assert len(heard) == COUNT * PTIME
    assert ingest.counters.filled == 5 * PTIME
    assert not heard[40 * PTIME : 45 * PTIME].any()


def test_a_sender_who_begins_anew_is_heard(packets: Packets) -> None:
    again = [((number - 5000) % 65_536, time, payload) for number, time, payload in packets[40:]]
    heard, voice, _ = _decode(packets[:40] + again)
    assert len(heard) == COUNT * PTIME
    assert voice.lost == 0


def test_what_is_no_opus_is_counted_and_passed_over(packets: Packets) -> None:
    number, time, _ = packets[20]
    broken = [*packets[:20], (number, time, b"\xff" * 3), *packets[21:]]
    heard, voice, _ = _decode(broken)
    assert voice.failed == 1
    assert len(heard) == COUNT * PTIME
