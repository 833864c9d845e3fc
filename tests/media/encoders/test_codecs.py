"""Real encoders: what a browser decodes from them, and what they promise about it."""

from collections.abc import Callable
from typing import cast

import av
import numpy as np
import pytest
from aiortc.codecs import depayload
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from av import Packet
from av.audio.codeccontext import AudioCodecContext
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from visavis.core.colour import rgb_to_planes
from visavis.core.compositor import Frame, new_frame, planes
from visavis.media.encoders.coded import Coded, VideoEncoder
from visavis.media.encoders.h264 import H264
from visavis.media.encoders.opus import Opus
from visavis.media.encoders.vp8 import Vp8

Float32 = NDArray[np.float32]
ENCODERS: dict[str, Callable[[int, int, int], VideoEncoder]] = {"h264": H264, "vp8": Vp8}
FFMPEG = {"h264": "h264", "vp8": "vp8"}
BOTH = pytest.mark.parametrize("codec", ENCODERS)


def moving(tick: int, width: int = 320, height: int = 240) -> Frame:
    """A gradient that moves, so that every picture costs something."""
    frame = new_frame(width, height)
    frame[:] = 128
    y, x = np.mgrid[:height, :width]
    planes(frame)[0][:] = ((x + 3 * tick) * (y + tick) // 40 % 200 + 20).astype(np.uint8)
    return frame


def _decode(codec: str, packets: list[Coded]) -> list[Frame]:
    context = cast("VideoCodecContext", av.CodecContext.create(FFMPEG[codec], "r"))
    frames = [frame for packet in packets for frame in context.decode(Packet(packet.data))]
    return [frame.to_ndarray().astype(np.uint8) for frame in [*frames, *context.decode(None)]]


@BOTH
def test_each_picture_comes_back_at_once_and_looks_like_it(codec: str) -> None:
    encoder = ENCODERS[codec](320, 240, 1_500_000)
    coded = [encoder.encode(tick, moving(tick), False) for tick in range(20)]
    assert [len(packets) for packets in coded] == [1] * 20
    packets = [packets[0] for packets in coded]
    assert [packet.pts for packet in packets] == [3600 * tick for tick in range(20)]
    assert [packet.keyframe for packet in packets] == [True] + [False] * 19
    for tick, picture in enumerate(_decode(codec, packets)):
        error = picture[:240].astype(float) - moving(tick)[:240]
        assert np.sqrt(np.mean(error**2)) < 16


@BOTH
def test_a_keyframe_comes_when_it_is_asked_for_and_stands_alone(codec: str) -> None:
    encoder = ENCODERS[codec](320, 240, 1_500_000)
    coded = [encoder.encode(tick, moving(tick), tick == 12)[0] for tick in range(15)]
    assert [n for n, packet in enumerate(coded) if packet.keyframe] == [0, 12]
    assert len(_decode(codec, coded[12:])) == 3


@BOTH
def test_the_payloads_are_the_same_picture_in_pieces(codec: str) -> None:
    (packet,) = ENCODERS[codec](320, 240, 1_500_000).encode(3, moving(3), False)
    assert len(packet.payloads) > 1
    assert max(map(len, packet.payloads)) <= 1300
    name = {"h264": "H264", "vp8": "VP8"}[codec]
    parameters = RTCRtpCodecParameters(f"video/{name}", 90_000, payloadType=96)
    joined = b"".join(depayload(parameters, payload) for payload in packet.payloads)
    if codec == "vp8":
        assert joined == packet.data
    whole, again = _decode(codec, [packet]), _decode(codec, [_with(packet, joined)])
    np.testing.assert_array_equal(whole[0], again[0])


def _with(packet: Coded, data: bytes) -> Coded:
    return Coded("video", packet.pts, packet.keyframe, data, packet.payloads)


@BOTH
def test_a_new_bit_rate_is_kept_to(codec: str) -> None:
    encoder = ENCODERS[codec](320, 240, 1_200_000)
    rates, noise = [], np.random.default_rng(1)
    for tick in range(200):
        if tick == 100:
            encoder.retarget(300_000)
        frame = moving(tick)
        frame[:240] += noise.integers(0, 20, (240, 320), np.uint8)
        rates.append(8 * 25 * len(encoder.encode(tick, frame, False)[0].data))
    assert np.mean(rates[50:100]) == pytest.approx(1_200_000, rel=0.35)
    assert np.mean(rates[150:]) == pytest.approx(300_000, rel=0.5)


@BOTH
def test_colours_are_those_of_the_frame_and_said_to_be_so(codec: str) -> None:
    red = np.zeros((3, 64, 64), np.float32)
    red[:] = np.array([220, 40, 40], np.float32)[:, None, None] / np.float32(255)
    frame = new_frame(64, 64)
    for target, source in zip(planes(frame), rgb_to_planes(red), strict=True):
        target[...] = source
    (packet,) = ENCODERS[codec](64, 64, 800_000).encode(0, frame, False)
    context = cast("VideoCodecContext", av.CodecContext.create(FFMPEG[codec], "r"))
    pictures = [*context.decode(Packet(packet.data)), *context.decode(None)]
    if codec == "h264":  # VP8 has no other
        assert (pictures[0].colorspace, pictures[0].color_range) == (6, 1)
    rgb = pictures[0].to_ndarray(format="rgb24")[32, 32].astype(int)
    assert np.abs(rgb - [220, 40, 40]).max() <= 6


def test_h264_is_what_browsers_promise_to_decode() -> None:
    """Constrained Baseline, level 3.1, parameter sets before each IDR (RFC 6184, 8.1)."""
    (packet,) = H264(1280, 720, 2_000_000).encode(0, moving(0, 1280, 720), False)
    units = [unit[0] & 31 for unit in packet.data.split(b"\0\0\1")[1:]]
    assert units[:2] == [7, 8]
    assert 5 in units
    sps = packet.data[packet.data.index(b"\x67") + 1 :]
    assert sps[0] == 66
    assert sps[2] == 31


def test_a_picture_beyond_level_31_does_not_claim_it() -> None:
    (packet,) = H264(1280, 1280, 2_000_000).encode(0, moving(0, 1280, 1280), False)
    assert packet.data[packet.data.index(b"\x67") + 3] > 31


@pytest.fixture
def opus_of_speech(speechlike: Float32) -> list[Coded]:
    sound = np.repeat(speechlike, 3)
    opus = Opus()
    ticks = range(len(sound) // 1920)
    return [p for t in ticks for p in opus.encode(t, sound[1920 * t : 1920 * (t + 1)])]


def test_opus_packets_are_exactly_20_ms_on_the_media_clock(opus_of_speech: list[Coded]) -> None:
    assert [packet.pts for packet in opus_of_speech] == [960 * n for n in range(150)]
    assert {_frames(packet.data) for packet in opus_of_speech} == {(1, 20)}
    assert all(packet.payloads == (packet.data,) for packet in opus_of_speech)


def test_opus_carries_spare_copies_of_speech(opus_of_speech: list[Coded]) -> None:
    """LBRR, RFC 6716 section 2.1.7: the flag is the second bit of a SILK or hybrid frame."""
    hybrid = [p for p in opus_of_speech if p.data[0] >> 3 < 16 and len(p.data) > 20]
    spare = sum(bool(packet.data[1] & 0x40) for packet in hybrid)
    assert len(hybrid) > 100
    assert spare > 0.5 * len(hybrid)


def test_opus_sounds_like_what_went_in() -> None:
    time = np.arange(48_000) / 48_000
    tone = (0.5 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)
    opus = Opus()
    coded = [p for t in range(25) for p in opus.encode(t, tone[1920 * t : 1920 * (t + 1)])]
    context: AudioCodecContext = av.CodecContext.create("libopus", "r")
    context.format, context.layout, context.sample_rate = "s16", "mono", 48_000
    heard = [f.to_ndarray().ravel() for p in coded for f in context.decode(Packet(p.data))]
    sound = np.concatenate(heard).astype(float)[9_600:] / 32_768
    assert np.abs(sound).max() == pytest.approx(0.5, abs=0.06)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    assert np.argmax(spectrum) * 48_000 / len(sound) == pytest.approx(1000, abs=5)


def _frames(packet: bytes) -> tuple[int, int]:
    """How many frames, and of how many ms (RFC 6716, section 3.1)."""
    configuration, code = packet[0] >> 3, packet[0] & 3
    if configuration < 12:
        ms = (10, 20, 40, 60)[configuration % 4]
    elif configuration < 16:
        ms = (10, 20)[configuration % 2]
    else:
        ms = (2, 5, 10, 20)[configuration % 4]
    return (1 if code == 0 else 2), ms
