"""What an SDP offer must hold before a peer connection is made for it. Text in, verdict out."""

import re
from dataclasses import dataclass, field

from visavis.errors import OfferError, UnsupportedOfferError

MAX_OFFER_BYTES = 64 * 1024
MAX_CANDIDATES = 32
_AUDIO_CODECS = frozenset({"opus"})
_VIDEO_CODECS = frozenset({"h264", "vp8"})
_FINGERPRINT = "a=fingerprint:sha-"
_PORT = re.compile("[0-9]{1,5}")
_OPUS_RTPMAP = re.compile(r"a=rtpmap:(\d+) opus/48000/2", re.IGNORECASE)
_OPUS_WISHES = "minptime=10;useinbandfec=1;maxaveragebitrate=96000"
_DIRECTIONS = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})


@dataclass
class MediaSection:
    """One m-section (RFC 8866 section 5.14) as far as admission needs it."""

    kind: str
    port: int
    direction: str = "sendrecv"
    codecs: set[str] = field(default_factory=set)
    mid: str | None = None
    bundle_only: bool = False

    @property
    def is_offered(self) -> bool:
        """Port 0 means that a section is not wanted, unless another one's port is its own too
        (RFC 9143 section 6)."""
        return self.port != 0 or self.bundle_only

    @property
    def sends(self) -> bool:
        return self.is_offered and self.direction in ("sendrecv", "sendonly")

    @property
    def receives(self) -> bool:
        return self.is_offered and self.direction in ("sendrecv", "recvonly")


def parse_sections(sdp: str) -> list[MediaSection]:
    """The m-sections of an offer. Raises `OfferError` if the text is not SDP."""
    lines = sdp.splitlines()  # at every separator that aiortc splits at, or lines could hide
    if not lines or lines[0] != "v=0":
        raise OfferError("The body is not SDP: it must begin with the line v=0.")
    sections: list[MediaSection] = []
    candidates = 0
    bundled: set[str] = set()
    for line in lines:
        if len(line) < 2 or line[1] != "=":
            raise OfferError("The SDP has a line that is not of the form x=value.")
        if line.startswith("m="):
            sections.append(_section(line))
        elif line.startswith("a=candidate:"):
            candidates += 1
        elif sections and line.startswith("a="):
            _attribute(sections[-1], line[2:])
        elif line.startswith("a=group:BUNDLE"):
            bundled.update(line.split()[1:])
    if candidates > MAX_CANDIDATES:
        raise OfferError(f"The SDP has {candidates} candidates; send at most {MAX_CANDIDATES}.")
    if not bundled <= {section.mid for section in sections}:
        raise OfferError("The SDP bundles a section that it does not have.")
    return sections


def _section(line: str) -> MediaSection:
    fields = line[2:].split()
    if len(fields) < 4 or not _PORT.fullmatch(fields[1]):
        raise OfferError("The SDP has a malformed m-line.")
    return MediaSection(kind=fields[0], port=int(fields[1]))


def _attribute(section: MediaSection, attribute: str) -> None:
    if attribute in _DIRECTIONS:
        section.direction = attribute
    elif attribute == "bundle-only":
        section.bundle_only = True
    elif attribute.startswith("mid:"):
        section.mid = attribute[4:]
    elif attribute.startswith("rtpmap:"):
        _, _, encoding = attribute.partition(" ")
        section.codecs.add(encoding.split("/")[0].lower())


def check_talk(sdp: str) -> list[MediaSection]:
    """Accept an offer that sends one audio track and receives one video track.

    Raises `OfferError` (400) for what is not SDP and `UnsupportedOfferError` (422) for what is,
    but cannot become a talking avatar.
    """
    sections = _media_sections(sdp)
    audio = [s for s in sections if s.kind == "audio" and s.sends]
    video = [s for s in sections if s.kind == "video" and s.receives]
    if len(audio) != 1:
        raise UnsupportedOfferError("The offer must send exactly one audio track, the voice.")
    if len(video) != 1 or len(sections) != 2:
        raise UnsupportedOfferError("The offer must have one audio and one video to receive.")
    _require_voice(audio[0])
    _require_picture(video[0])
    return sections


def check_publish(sdp: str) -> list[MediaSection]:
    """Accept an offer that sends one audio track and, at most, one video track, which nobody
    looks at: encoders such as OBS always send one (RFC 9725 section 4.2). Raises as `check_talk`.
    """
    sections = _media_sections(sdp)
    audio = [s for s in sections if s.kind == "audio"]
    video = [s for s in sections if s.kind == "video"]
    if len(audio) != 1 or not audio[0].sends:
        raise UnsupportedOfferError("The offer must send exactly one audio track, the voice.")
    if len(video) > 1 or not all(s.sends for s in video):
        raise UnsupportedOfferError("The offer may send one video track at most.")
    _require_voice(audio[0])
    for section in video:
        _require_picture(section)
    return sections


def check_watch(sdp: str) -> list[MediaSection]:
    """Accept an offer that receives one picture, one sound, or both (WHEP draft section 4.2).
    Raises as `check_talk`."""
    sections = _media_sections(sdp)
    kinds = [s.kind for s in sections]
    if not sections or len(set(kinds)) != len(kinds):
        raise UnsupportedOfferError("The offer must have one audio or one video, or one of each.")
    if not all(s.receives for s in sections):
        raise UnsupportedOfferError("The offer must receive what it offers, not only send.")
    for section in sections:
        _require_voice(section) if section.kind == "audio" else _require_picture(section)
    return sections


def _media_sections(sdp: str) -> list[MediaSection]:
    sections = parse_sections(sdp)
    if any(s.kind not in ("audio", "video") for s in sections):
        raise UnsupportedOfferError("The offer has a data channel; offer audio and video only.")
    return sections


def _require_voice(section: MediaSection) -> None:
    if not section.codecs & _AUDIO_CODECS:
        raise UnsupportedOfferError("The offer has no Opus audio.")


def _require_picture(section: MediaSection) -> None:
    if not section.codecs & _VIDEO_CODECS:
        raise UnsupportedOfferError(
            "The offer has neither H.264 nor VP8 video, of which a client needs one (RFC 7742)."
        )


def require_fingerprints(sdp: str) -> None:
    """Each m-section, or the session above them, must tell the certificate of its DTLS (RFC 8842
    section 5): without it nobody could be known. Raises `OfferError`."""
    session, *sections = re.split(r"^m=", sdp, flags=re.MULTILINE)
    if _FINGERPRINT in session:
        return
    if not all(_FINGERPRINT in section for section in sections):
        raise OfferError("The SDP has no fingerprint of the caller's certificate.")


def ask_for_clear_voice(answer: str) -> str:
    """Ask the caller for 96 kbit/s of Opus with in-band FEC (RFC 7587 section 6.1).

    Browsers send speech at about 32 kbit/s unless told, and the voice is encoded once more on its
    way back.
    """
    lines = []
    for line in answer.split("\r\n"):
        lines.append(line)
        if match := _OPUS_RTPMAP.fullmatch(line):
            lines.append(f"a=fmtp:{match[1]} {_OPUS_WISHES}")
    return "\r\n".join(lines)
