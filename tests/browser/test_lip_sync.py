"""Whichever of picture and sound is ahead waits, by all of the difference and no longer."""

from typing import Any

import pytest
from playwright.sync_api import Page

from bench.browser import RunningServer

_SHOWN_MS = -9.0  # see client_web/lib/lip_sync.js
_RELAYED_MS = 25.0

# A peer whose buffers do as they are told, at the next look; the tone is the network's own need.
SIMULATE = """async ({ needs, seconds, relayed }) => {
  const { LipSync } = await import('/lib/lip_sync.js');
  const flow = (kind, extra_ms) => ({ kind, extra_ms, asked: 0, held: 0, least: 0, count: 0 });
  const flows = { audio: flow('audio', 20), video: flow('video', 30) };
  const receivers = Object.values(flows).map((of) => ({
    track: { kind: of.kind },
    set jitterBufferTarget(value) { of.asked = value; },
    get jitterBufferTarget() { return of.asked; },
  }));
  let looks = 0;
  const differences = [];
  const stats = (of) => {
    const least_ms = needs[of.kind][Math.min(looks, needs[of.kind].length - 1)];
    const held_ms = of.held_ms = Math.max(of.asked, least_ms);
    of.count += 10;
    of.held += held_ms / 100;
    of.least += least_ms / 100;
    of.lag_ms = held_ms + of.extra_ms;
    return { type: 'inbound-rtp', kind: of.kind, jitterBufferDelay: of.held,
      jitterBufferTargetDelay: of.held, jitterBufferMinimumDelay: of.least,
      jitterBufferEmittedCount: of.count,
      ...(!relayed && { estimatedPlayoutTimestamp: 1e6 + 250 * looks - of.lag_ms }) };
  };
  const peer = {
    getReceivers: () => receivers,
    getStats: async () => {
      const report = new Map(Object.values(flows).map((of) => [of.kind, stats(of)]));
      differences.push(flows.audio.lag_ms - flows.video.lag_ms);
      looks += 1;
      return report;
    },
  };
  const lipSync = new LipSync(peer, relayed);
  lipSync.start();
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  lipSync.stop();
  return { differences, late: flows.video.held_ms - flows.audio.held_ms,
    audio: flows.audio.asked, video: flows.video.asked };
}"""


def _simulate(
    server: RunningServer,
    page: Page,
    sound: list[float],
    picture: list[float],
    relayed: bool = False,
) -> dict[str, Any]:
    page.goto(server.url)
    needs = {"audio": sound, "video": picture}
    told = {"needs": needs, "seconds": 4, "relayed": relayed}
    result: dict[str, Any] = page.evaluate(SIMULATE, told)
    return result


def test_picture_waits_for_a_slow_sound(server: RunningServer, page: Page) -> None:
    result = _simulate(server, page, sound=[100.0], picture=[10.0])
    assert abs(result["differences"][-1] - _SHOWN_MS) < 10
    assert result["audio"] == 0


def test_sound_waits_for_a_slow_picture(server: RunningServer, page: Page) -> None:
    result = _simulate(server, page, sound=[20.0], picture=[60.0])
    assert abs(result["differences"][-1] - _SHOWN_MS) < 10
    assert result["video"] == 0


def test_nothing_waits_once_the_network_has_healed(server: RunningServer, page: Page) -> None:
    result = _simulate(server, page, sound=[200.0] * 6 + [20.0], picture=[10.0])
    assert abs(result["differences"][-1] - _SHOWN_MS) < 10
    assert result["video"] <= 40
    assert result["audio"] <= 40


def test_an_absurd_estimate_does_not_stop_it(server: RunningServer, page: Page) -> None:
    result = _simulate(server, page, sound=[50_000.0] * 2 + [60.0], picture=[10.0])
    assert abs(result["differences"][-1] - _SHOWN_MS) < 10


@pytest.mark.parametrize(("sound", "picture"), [(20.0, 60.0), (100.0, 10.0), (40.0, 20.0)])
def test_what_is_sent_on_leaves_in_step_without_any_estimate(
    server: RunningServer, page: Page, sound: float, picture: float
) -> None:
    result = _simulate(server, page, [sound], [picture], relayed=True)
    assert abs(result["late"] - _RELAYED_MS) < 10
    assert max(result["audio"], result["video"]) <= max(sound, picture) + _RELAYED_MS + 10
