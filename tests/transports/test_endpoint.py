"""WHIP and WHEP as HTTP: every rule that a client may rely on, and every way to be refused."""

import gzip
from collections.abc import AsyncIterator, Callable

import httpx
import numpy as np
import pytest
from tests.transports.caller import Caller, Publisher, Watcher
from tests.transports.conftest import ClientMaker

from visavis.core.signaling import MAX_OFFER_BYTES
from visavis.media.stages import Stages
from visavis.transports.ice import IceSettings

SDP = {"Content-Type": "application/sdp"}
FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag"}
SILENCE = np.zeros(0, np.float32)
URL = "http://127.0.0.1:8080"
TOKEN = "secret"  # noqa: S105
BOTH = pytest.mark.parametrize("prefix", ["whip", "whep"])
pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with Publisher(SILENCE) as publisher:
        yield publisher


@pytest.fixture
async def watcher() -> AsyncIterator[Watcher]:
    async with Watcher() as watcher:
        yield watcher


def _ufrag(offer: str) -> str:
    return next(line for line in offer.splitlines() if line.startswith("a=ice-ufrag:"))


async def _begin(client: httpx.AsyncClient, caller: Caller, path: str) -> httpx.Response:
    answer = await client.post(path, content=await caller.offer(), headers=SDP)
    assert answer.status_code == 201, answer.text
    return answer


async def test_a_publisher_is_answered_as_the_rfc_says(
    client: httpx.AsyncClient, publisher: Publisher
) -> None:
    answer = await _begin(client, publisher, "/whip/news")
    assert answer.headers["content-type"] == "application/sdp"  # bare: no charset
    assert answer.headers["location"].startswith("/whip/news/")
    assert len(answer.headers["location"].rsplit("/", 1)[1]) >= 32  # of 64 letters: 192 bits
    assert answer.headers["etag"].startswith('"')
    assert answer.headers["etag"].endswith('"')
    assert answer.text.count("a=recvonly") == 2
    assert "a=setup:passive" in answer.text
    assert "a=candidate:" in answer.text
    assert "link" not in answer.headers
    await publisher.accept(answer.text)


async def test_a_viewer_is_answered_as_the_draft_says(
    client: httpx.AsyncClient, watcher: Watcher
) -> None:
    answer = await _begin(client, watcher, "/whep/news")
    assert answer.headers["location"].startswith("/whep/news/")
    assert answer.text.count("a=sendonly") == 2
    assert len({line for line in answer.text.splitlines() if "a=msid:" in line}) == 2
    assert len({line.split()[0] for line in answer.text.splitlines() if "a=msid:" in line}) == 1


@BOTH
async def test_what_an_endpoint_is_can_be_found_out(
    client: httpx.AsyncClient, stages: Stages, prefix: str
) -> None:
    for method in ("OPTIONS", "GET", "HEAD"):
        answer = await client.request(method, f"/{prefix}/news")
        assert answer.status_code == 200
        assert answer.content == b""
        assert answer.headers["accept-post"] == "application/sdp"
    assert not stages.live


@BOTH
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_an_endpoint_takes_no_other_method(
    client: httpx.AsyncClient, prefix: str, method: str
) -> None:
    answer = await client.request(method, f"/{prefix}/news")
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]


@BOTH
@pytest.mark.parametrize(
    ("body", "headers", "status", "says"),
    [
        ("hello", SDP, 400, "must begin with the line v=0"),
        (b"v=0\n\xff", SDP, 400, "not UTF-8"),
        ("v=0\r\ns=-\r\n", SDP, 422, "audio"),
        ("x" * (MAX_OFFER_BYTES + 1), SDP, 413, "at most 65536 bytes"),
        ("v=0", {}, 415, "Content-Type: application/sdp"),
        ("v=0", {"Content-Type": "text/plain"}, 415, "Content-Type: application/sdp"),
        (gzip.compress(b"v=0"), SDP | {"Content-Encoding": "gzip"}, 415, "Content-Encoding"),
        ("v=0", SDP | {"Origin": "https://evil.example"}, 403, "open the server's own"),
    ],
)
async def test_a_wrong_offer_is_told_what_is_wrong(
    client: httpx.AsyncClient,
    stages: Stages,
    prefix: str,
    body: str | bytes,
    headers: dict[str, str],
    status: int,
    says: str,
) -> None:
    answer = await client.post(f"/{prefix}/news", content=body, headers=headers)
    assert answer.status_code == status
    assert says in answer.json()["error"]
    assert (stages.free, stages.live) == (2, [])


async def test_parameters_of_the_media_type_are_no_matter(
    client: httpx.AsyncClient, watcher: Watcher
) -> None:
    headers = {"Content-Type": "application/sdp; charset=utf-8"}
    answer = await client.post("/whep/news", content=await watcher.offer(), headers=headers)
    assert answer.status_code == 201


@pytest.mark.parametrize("name", ["a%20b", "..", "a.b", "x" * 65, "%C3%A4"])
@BOTH
async def test_a_stream_has_a_plain_name(
    client: httpx.AsyncClient, stages: Stages, prefix: str, name: str
) -> None:
    answer = await client.post(f"/{prefix}/{name}", content="v=0", headers=SDP)
    assert answer.status_code in (400, 404, 405)
    assert not stages.live


@pytest.mark.parametrize(
    ("damage", "status"),
    [
        (lambda sdp: sdp + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n", 422),
        (lambda sdp: sdp.replace("a=sendonly", "a=recvonly"), 422),
        (lambda sdp: sdp.replace("a=sendonly", "a=inactive"), 422),
        (lambda sdp: sdp.replace("opus", "speex"), 422),
        (lambda sdp: sdp.replace("VP8", "VP7").replace("H264", "H261"), 422),
        (lambda sdp: sdp.replace("a=ice-ufrag", "a=x"), 400),
        (lambda sdp: sdp.replace("a=fingerprint", "a=x"), 400),
    ],
)
async def test_an_offer_that_cannot_be_published_leaves_nothing(
    client: httpx.AsyncClient,
    stages: Stages,
    publisher: Publisher,
    damage: Callable[[str], str],
    status: int,
) -> None:
    offer = damage(await publisher.offer())
    answer = await client.post("/whip/news", content=offer, headers=SDP)
    assert answer.status_code == status, answer.text
    assert (stages.free, stages.live) == (2, [])


async def test_a_viewer_must_receive(client: httpx.AsyncClient, publisher: Publisher) -> None:
    answer = await client.post("/whep/news", content=await publisher.offer(), headers=SDP)
    assert answer.status_code == 422


async def test_candidates_trickle_in(client: httpx.AsyncClient, watcher: Watcher) -> None:
    offer = await watcher.offer()
    answer = await client.post("/whep/news", content=offer, headers=SDP)
    session, etag = answer.headers["location"], answer.headers["etag"]
    body = (
        f"{_ufrag(offer)}\r\na=ice-pwd:x\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
        "a=candidate:1 1 udp 2130706431 127.0.0.1 50000 typ host\r\n"
        "a=candidate:2 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active\r\n"
        "a=end-of-candidates\r\n"
    )
    for known in (etag, "*", '"*"'):  # mediamtx sends the star with ordinary trickle
        headers = FRAGMENT | {"If-Match": known}
        patched = await client.patch(session, content=body, headers=headers)
        assert (patched.status_code, patched.content) == (204, b"")
        assert "etag" not in patched.headers
        body = "\r\n".join(line for line in body.splitlines() if "end-of" not in line)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("a=mid:0", {}, 415),
        ("a=mid:0", {"Content-Type": "application/sdp"}, 415),
        ("a=mid:0", FRAGMENT, 428),
        ("a=mid:0", FRAGMENT | {"If-Match": '"other"'}, 412),
        ("hello", FRAGMENT | {"If-Match": "*"}, 400),
        ("v=0", FRAGMENT | {"If-Match": "*"}, 400),
        ("a=ice-ufrag:anew\r\na=ice-pwd:x", FRAGMENT | {"If-Match": "*"}, 422),
        ("a=x:" + "y" * 20_000, FRAGMENT | {"If-Match": "*"}, 413),
        ("a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n" * 33, FRAGMENT | {"If-Match": "*"}, 400),
    ],
)
async def test_a_wrong_patch_does_not_end_the_session(
    client: httpx.AsyncClient,
    watcher: Watcher,
    body: str,
    headers: dict[str, str],
    status: int,
) -> None:
    session = (await _begin(client, watcher, "/whep/news")).headers["location"]
    answer = await client.patch(session, content=body, headers=headers)
    assert answer.status_code == status
    assert (await client.get(session)).status_code == 200


async def test_candidates_are_capped_over_all_patches(
    client: httpx.AsyncClient, watcher: Watcher
) -> None:
    session = (await _begin(client, watcher, "/whep/news")).headers["location"]
    headers = FRAGMENT | {"If-Match": "*"}
    line = "a=candidate:1 1 udp 1 127.0.0.1 {} typ host\r\n"
    codes = []
    for batch in range(4):
        body = "".join(line.format(40_000 + 10 * batch + n) for n in range(10))
        codes.append((await client.patch(session, content=body, headers=headers)).status_code)
    assert codes[0] == 204
    assert codes[-1] == 400


@BOTH
async def test_deleting_ends_the_session_and_is_done_once(
    client: httpx.AsyncClient, publisher: Publisher, watcher: Watcher, stages: Stages, prefix: str
) -> None:
    caller = publisher if prefix == "whip" else watcher
    session = (await _begin(client, caller, f"/{prefix}/news")).headers["location"]
    other = session.replace(prefix, "whep" if prefix == "whip" else "whip")
    assert (await client.delete(other)).status_code == 404
    assert (await client.delete(session.replace("news", "olds"))).status_code == 404
    assert (await client.delete(f"/{prefix}/news/guess")).status_code == 404
    ended = await client.delete(session, headers={"If-Match": '"whatever"'})
    assert ended.status_code == 200
    await stages.close()
    assert (await client.delete(session)).status_code == 404
    assert (await client.patch(session, content="", headers=FRAGMENT)).status_code == 404


@BOTH
@pytest.mark.parametrize("given", [None, "Bearer wrong", "Basic secret", "Bearer"])
async def test_without_the_token_nothing_happens(
    make_client: ClientMaker, stages: Stages, prefix: str, given: str | None
) -> None:
    client = make_client(token=TOKEN)
    headers = SDP | ({"Authorization": given} if given else {})
    answer = await client.post(f"/{prefix}/news", content="v=0", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert not stages.live


async def test_a_session_is_changed_with_the_token_only(
    make_client: ClientMaker, watcher: Watcher
) -> None:
    client, bearer = make_client(token=TOKEN), {"Authorization": f"Bearer {TOKEN}"}
    begun = await client.post("/whep/news", content=await watcher.offer(), headers=SDP | bearer)
    session = begun.headers["location"]
    assert (await client.delete(session)).status_code == 401
    assert (await client.patch(session, content="", headers=FRAGMENT)).status_code == 401
    assert (await client.delete(session, headers=bearer)).status_code == 200


async def test_a_preflight_is_answered_without_a_token(make_client: ClientMaker) -> None:
    client = make_client(token=TOKEN)
    headers = {"Origin": "https://any.example", "Access-Control-Request-Method": "POST"}
    for path in ("/whip/news", "/whep/news/secret"):
        answer = await client.options(path, headers=headers)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == "https://any.example"
        assert "PATCH" in answer.headers["access-control-allow-methods"]
        assert "If-Match" in answer.headers["access-control-allow-headers"]


async def test_a_page_of_another_site_can_read_what_it_needs(
    make_client: ClientMaker, watcher: Watcher
) -> None:
    client = make_client(allow_origins=("https://friend.example",))
    headers = SDP | {"Origin": "https://friend.example"}
    answer = await client.post("/whep/news", content=await watcher.offer(), headers=headers)
    assert answer.status_code == 201
    assert answer.headers["access-control-allow-origin"] == "https://friend.example"
    exposed = answer.headers["access-control-expose-headers"]
    assert all(name in exposed for name in ("Location", "ETag", "Link"))
    refused = await client.post("/whep/news", headers=SDP | {"Origin": "https://evil.example"})
    assert refused.status_code == 403
    assert "access-control-allow-origin" not in refused.headers


async def test_ice_servers_are_told_one_per_line(
    make_client: ClientMaker, watcher: Watcher
) -> None:
    ice = IceSettings(turn="turn:127.0.0.1:9?transport=udp", username="u", password="p")  # noqa: S106
    client = make_client(ice=ice)
    answer = await client.post("/whep/news", content=await watcher.offer(), headers=SDP)
    assert answer.headers.get_list("link") == [
        '<turn:127.0.0.1:9?transport=udp>; rel="ice-server"; username="u"; credential="p"; '
        'credential-type="password"'
    ]
    told = (await client.get("/api/ice")).json()["iceServers"]
    assert told[0]["urls"] == "turn:127.0.0.1:9?transport=udp"
    assert (told[0]["username"], told[0]["credential"]) == ("u", "p")


@BOTH
async def test_a_flood_is_slowed(make_client: ClientMaker, prefix: str) -> None:
    client = make_client(call_rate=0.5)  # however slow this machine is, it asks faster
    path = f"/{prefix}/news"
    answers = [await client.post(path, content="hello", headers=SDP) for _ in range(40)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert answers[0].status_code == 400
    assert refused
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    changes = [await client.delete(f"{path}/guess") for _ in range(300)]
    assert [a.status_code for a in changes].count(429) > 50


async def test_a_full_server_says_when_to_come_back(client: httpx.AsyncClient) -> None:
    async with Watcher() as first, Watcher() as second, Watcher() as third:
        await _begin(client, first, "/whep/one")
        await _begin(client, second, "/whep/two")
        answer = await client.post("/whep/three", content=await third.offer(), headers=SDP)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert (await _begin(client, third, "/whep/one")).status_code == 201  # it is on already


async def test_connections_are_limited_too(make_client: ClientMaker, watcher: Watcher) -> None:
    client = make_client(max_connections=1)
    await _begin(client, watcher, "/whep/news")
    async with Watcher() as second:
        answer = await client.post("/whep/news", content=await second.offer(), headers=SDP)
    assert answer.status_code == 503
    assert "retry-after" in answer.headers


async def test_an_unknown_avatar_is_not_found(
    client: httpx.AsyncClient, watcher: Watcher, stages: Stages
) -> None:
    offer = await watcher.offer()
    answer = await client.post("/whep/news?avatar=nobody", content=offer, headers=SDP)
    assert answer.status_code == 404
    answer = await client.post("/whep/news?avatar=lamp", content=offer, headers=SDP)
    assert answer.status_code == 201
    assert stages.live[0].actor.bundle.id == "lamp"
