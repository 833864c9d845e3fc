"""npm `whip-whep` (medooze) in Chromium, unmodified, both ways."""

import base64
from pathlib import Path

from playwright.sync_api import Page
from tests.interop.conftest import HERE, wait_for_speech

from bench.browser import RunningServer, open_page

MODULES = HERE / "node_modules" / "whip-whep"
PUBLISH = """async ([module, url]) => {
  const { WHIPClient } = await import(module);
  const peer = new RTCPeerConnection();
  const stream = await navigator.mediaDevices.getUserMedia({ audio: {
    echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
  for (const track of stream.getTracks()) peer.addTransceiver(track, { direction: 'sendonly' });
  window.whip = new WHIPClient();
  await window.whip.publish(peer, url, '');
}"""
WATCH = """async ([module, url, seconds]) => {
  const { WHEPClient } = await import(module);
  const peer = new RTCPeerConnection();
  peer.addTransceiver('audio', { direction: 'recvonly' });
  peer.addTransceiver('video', { direction: 'recvonly' });
  const whep = new WHEPClient();
  await whep.view(peer, url, '');
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  const got = { state: peer.connectionState };
  for (const stats of (await peer.getStats()).values()) {
    if (stats.type !== 'inbound-rtp') continue;
    got[stats.kind] = stats.framesDecoded ?? stats.packetsReceived;
  }
  await whep.stop();
  return got;
}"""


def _module(name: str) -> str:
    code = base64.b64encode((MODULES / name).read_bytes()).decode()
    return f"data:text/javascript;base64,{code}"


def _watch(page: Page, url: str, seconds: float) -> dict[str, object]:
    got: dict[str, object] = page.evaluate(WATCH, [_module("whep.js"), url, seconds])
    return got


def test_a_browser_publishes_and_watches(server: RunningServer, tone: Path) -> None:
    with open_page(f"{server.url}/api/avatars", tone) as page:
        page.evaluate(PUBLISH, [_module("whip.js"), f"{server.url}/whip/browser"])
        assert wait_for_speech(server, "browser")
        got = _watch(page, f"{server.url}/whep/browser", 5.0)
        page.evaluate("() => window.whip.stop()")
    assert got["state"] == "connected"
    assert int(str(got["video"])) >= 90
    assert int(str(got["audio"])) >= 180
