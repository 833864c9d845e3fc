"""Which of a caller's ICE candidates are probed. What an offer names, the server sends packets to.

A caller from the internet may not point the server at addresses inside its own network: those are
used only when the caller himself is inside. Nothing is lost by that: a caller who reaches one of
the server's candidates is answered where he came from (peer-reflexive, RFC 8445 section 7.3.1.3).
"""

import ipaddress

_MDNS = ".local"
_FIELDS = 8  # foundation component transport priority address port typ type


def usable(candidate: str, caller: str) -> bool:
    """Whether a candidate attribute (RFC 8839 section 5.1), without "candidate:", is probed for a
    caller who calls from the address `caller`."""
    fields = candidate.split()
    if len(fields) < _FIELDS or fields[2].lower() != "udp" or not fields[5].isdigit():
        return False
    if not 1 <= int(fields[5]) <= 65_535:
        return False
    inside = _is_inside(caller)
    if fields[4].lower().endswith(_MDNS):
        return inside  # resolved by multicast, which does not leave the network
    try:
        address = ipaddress.ip_address(fields[4])
    except ValueError:
        return False  # a host name: the server looks up none
    if address.is_multicast or address.is_unspecified or address.is_reserved:
        return False
    return inside or address.is_global


def keep_usable(sdp: str, caller: str) -> str:
    """An SDP without the candidates that are not to be probed, and without a word that they are
    all: after it a caller who named none of use could not be met where he comes from."""
    return "\r\n".join(line for line in sdp.splitlines() if _stays(line, caller)) + "\r\n"


def _stays(line: str, caller: str) -> bool:
    if line.startswith("a=candidate:"):
        return usable(line[len("a=candidate:") :], caller)
    return line.strip() != "a=end-of-candidates"


def _is_inside(caller: str) -> bool:
    try:
        return not ipaddress.ip_address(caller).is_global
    except ValueError:
        return True  # a Unix socket: a proxy on this machine
