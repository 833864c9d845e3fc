"""GStreamer's webrtcbin as a WHIP publisher or WHEP viewer. Runs in the system's Python, which has
the bindings; prints one line of JSON.

    python3 gstreamer.py watch|publish URL SECONDS
"""

import json
import sys
import urllib.error
import urllib.request
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

OPUS = (
    "application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000"
    ",encoding-params=(string)2"
)
H264 = "application/x-rtp,media=video,encoding-name=H264,payload=102,clock-rate=90000"
VP8 = "application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000"
SOURCE = (
    "webrtcbin name=peer bundle-policy=max-bundle "
    "audiotestsrc is-live=true wave=sine freq=1000 volume=0.5 ! audioconvert ! audioresample ! "
    "audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay pt=111 ! "
    f"{OPUS} ! peer."
)


class Client:
    """One connection, and the buffers that came by it."""

    def __init__(self, what: str, url: str, seconds: int) -> None:
        self.url, self.seconds, self.loop = url, seconds, GLib.MainLoop()
        self.counts = {"audio": 0, "video": 0}
        self.got: dict[str, object] = {"state": "new"}
        self.stamps: set[int] = set()
        self.pipeline = Gst.parse_launch(SOURCE) if what == "publish" else Gst.Pipeline.new()
        self.peer = self.pipeline.get_by_name("peer") or self.viewer()
        # Kept: the bindings take over a reference that is not theirs.
        self.agent = self.peer.get_property("ice-agent")
        self.agent.emit("add-local-ip-address", "127.0.0.1")
        self.peer.connect("notify::ice-gathering-state", self.gathered)
        self.peer.connect("notify::connection-state", self.changed)
        self.peer.connect("pad-added", self.pad_added)
        if what == "watch":
            direction = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
            for caps in (OPUS, f"{H264};{VP8}"):  # H.264 without fmtp, as whepsrc offers it
                self.peer.emit("add-transceiver", direction, Gst.Caps.from_string(caps))

    def viewer(self) -> Any:
        peer = Gst.ElementFactory.make("webrtcbin")
        peer.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        self.pipeline.add(peer)
        return peer

    def run(self) -> None:
        self.pipeline.set_state(Gst.State.PLAYING)
        GLib.timeout_add(200, self.offer)
        GLib.timeout_add(1000 * (self.seconds + 8), self.loop.quit)
        self.loop.run()
        self.pipeline.set_state(Gst.State.NULL)
        told = self.got | self.counts | {"frames": len(self.stamps)}
        print(json.dumps(told))  # noqa: T201

    def offer(self) -> bool:
        promise = Gst.Promise.new_with_change_func(self.offered, None)
        self.peer.emit("create-offer", None, promise)
        return False

    def offered(self, promise: Any, _: Any) -> None:
        promise.wait()
        self.reply = promise.get_reply()  # kept, as it owns the offer
        self.peer.emit("set-local-description", self.reply["offer"], Gst.Promise.new())

    def gathered(self, peer: Any, _: Any) -> None:
        if peer.get_property("ice-gathering-state") != GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            return
        offer = peer.get_property("local-description").sdp.as_text()
        request = urllib.request.Request(  # noqa: S310  # the test's own server
            self.url, offer.encode(), {"Content-Type": "application/sdp"}, method="POST"
        )
        try:
            with urllib.request.urlopen(request) as response:  # noqa: S310
                answer = response.read().decode()
        except urllib.error.HTTPError as error:
            self.got["refused"] = error.read().decode()
            self.loop.quit()
            return
        _, message = GstSdp.SDPMessage.new()
        GstSdp.sdp_message_parse_buffer(answer.encode(), message)
        description = GstWebRTC.WebRTCSessionDescription.new(
            GstWebRTC.WebRTCSDPType.ANSWER, message
        )
        peer.emit("set-remote-description", description, Gst.Promise.new())

    def changed(self, peer: Any, _: Any) -> None:
        state = peer.get_property("connection-state")
        self.got["state"] = state.value_nick
        if state == GstWebRTC.WebRTCPeerConnectionState.CONNECTED:
            GLib.timeout_add(1000 * self.seconds, self.loop.quit)

    def pad_added(self, _: Any, pad: Any) -> None:
        if pad.direction != Gst.PadDirection.SRC:
            return
        kind = pad.get_current_caps().get_structure(0).get_string("media")
        sink = Gst.ElementFactory.make("fakesink")
        sink.set_property("signal-handoffs", True)
        sink.set_property("sync", False)
        sink.connect("handoff", self.came, kind)
        self.pipeline.add(sink)
        sink.sync_state_with_parent()
        pad.link(sink.get_static_pad("sink"))

    def came(self, _: Any, buffer: Any, pad: Any, kind: str) -> None:
        self.counts[kind] += 1
        if kind == "video":
            self.stamps.add(buffer.pts)


if __name__ == "__main__":
    Gst.init(None)
    Client(sys.argv[1], sys.argv[2], int(sys.argv[3])).run()
