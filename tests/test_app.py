"""The HTTP side: what is served, and what is said to those who ask wrongly."""

import gzip
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.transports.caller import Caller

from visavis.app import Server, build_app
from visavis.avatars import Avatar
from visavis.config import ServeConfig
from visavis.config_outputs import OutputsConfig
from visavis.core.signaling import MAX_OFFER_BYTES
from visavis.engine.pool import SessionPool
from visavis.media.showcase import Showcase
from visavis.media.stages import Stages
from visavis.outputs import Outputs

ClientMaker = Callable[..., httpx.AsyncClient]
URL = "http://127.0.0.1:8080"
TALK = "/api/talk/lamp"
SDP = {"Content-Type": "application/sdp"}
pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
def stages(pool: SessionPool) -> Stages:
    return Stages(2, pool)


@pytest.fixture
async def make_client(
    lamp: Avatar, pool: SessionPool, stages: Stages, tmp_path: Path
) -> AsyncIterator[ClientMaker]:
    """Makes clients of a fresh server; its sessions end with the test."""
    clients: list[httpx.AsyncClient] = []

    def make(base_url: str = URL, **settings: object) -> httpx.AsyncClient:
        config = ServeConfig(**settings)  # type: ignore[arg-type]
        outputs = Outputs(OutputsConfig(), lamp, tmp_path)
        server = Server(config, lamp, pool, stages, Showcase(tmp_path, lamp.template), outputs)
        transport = httpx.ASGITransport(build_app(server), raise_app_exceptions=False)
        clients.append(httpx.AsyncClient(transport=transport, base_url=base_url))
        return clients[-1]

    yield make
    await stages.close()
    for client in clients:
        await client.aclose()


@pytest.fixture
def client(make_client: ClientMaker) -> httpx.AsyncClient:
    return make_client()


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with Caller(np.zeros(0, np.float32)) as caller:
        yield caller


def _metrics(text: str) -> dict[str, float]:
    return {
        sample.name + "".join(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_a_healthy_server_says_so(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).text == "ok\n"
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "free": 2})


async def test_a_generator_that_fails_all_the_time_is_not_ready(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SessionPool, "well", False)
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()) == (503, {"ready": False, "free": 2})


@pytest.mark.parametrize("path", ["/", "/pages/call.js", "/healthz", "/api/avatars", "/nothing"])
async def test_every_answer_is_guarded(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["permissions-policy"].startswith("microphone=(self)")
    assert "cache-control" in answer.headers


@pytest.mark.parametrize("page", ["watch", "overlay", "kiosk", "meet", "embed"])
async def test_every_page_is_served(client: httpx.AsyncClient, page: str) -> None:
    answer = await client.get(f"/{page}?stream=main", follow_redirects=True)
    assert answer.status_code == 200
    assert "<title>" in answer.text
    assert str(answer.url).endswith(f"/{page}/?stream=main")


async def test_other_sites_may_load_the_modules(client: httpx.AsyncClient) -> None:
    for path in ("/visavis.js", "/visavis-avatar.js", "/lib/watch.js"):
        answer = await client.get(path)
        assert answer.headers["access-control-allow-origin"] == "*"


async def test_only_sites_that_were_named_may_frame_a_page(make_client: ClientMaker) -> None:
    site = "https://shop.example.org"
    for client, framed_by in ((make_client(), ()), (make_client(allow_origins=(site,)), (site,))):
        policy = (await client.get("/embed/")).headers["content-security-policy"]
        assert policy.partition("frame-ancestors ")[2].split() == ["'self'", *framed_by]


async def test_a_poster_comes_without_its_background(client: httpx.AsyncClient) -> None:
    whole = await client.get("/api/avatars/lamp/poster.png")
    cut_out = await client.get("/api/avatars/lamp/poster.png?alpha=1")
    for answer in (whole, cut_out):
        assert answer.content.startswith(b"\x89PNG")
    assert (whole.content[25], cut_out.content[25]) == (2, 6)  # colour type: RGB, RGBA


async def test_the_page_is_served(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "<title>" in page.text
    script = await client.get("/pages/call.js")
    assert script.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("path", ["/..%2fpyproject.toml", "/%2e%2e/pyproject.toml", "/nothing"])
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_the_avatar_introduces_itself(client: httpx.AsyncClient) -> None:
    told = (await client.get("/api/avatars")).json()
    assert told["default"] == "lamp"
    (avatar,) = told["avatars"]
    assert (avatar["id"], avatar["width"], avatar["height"]) == ("lamp", 240, 240)
    assert avatar["gestures"] == []
    poster = await client.get(avatar["poster"])
    assert poster.headers["content-type"] == "image/png"
    assert poster.content.startswith(b"\x89PNG")


async def test_the_idle_loop_can_be_read_in_pieces(client: httpx.AsyncClient) -> None:
    whole = await client.get("/api/avatars/lamp/idle.mp4")
    assert whole.headers["content-type"] == "video/mp4"
    part = await client.get("/api/avatars/lamp/idle.mp4", headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert part.headers["content-range"] == f"bytes 4-7/{len(whole.content)}"


@pytest.mark.parametrize("name", ["nobody", "..%2fetc", "%2e%2e", "L", "x" * 200])
@pytest.mark.parametrize("path", ["/api/avatars/{}/poster.png", "/api/avatars/{}/idle.mp4"])
async def test_an_unknown_avatar_is_not_found(
    client: httpx.AsyncClient, path: str, name: str
) -> None:
    assert (await client.get(path.format(name))).status_code == 404


async def test_calling_an_unknown_avatar_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/talk/nobody", content="v=0", headers=SDP)
    assert answer.status_code == 404
    assert answer.json() == {"error": "There is no avatar of that name here; this is lamp."}


@pytest.mark.parametrize(
    ("body", "headers", "status", "says"),
    [
        ("hello", SDP, 400, "must begin with the line v=0"),
        ("hello", SDP | {"Origin": URL}, 400, "must begin with the line v=0"),
        ("", SDP, 400, "must begin with the line v=0"),
        (b"v=0\n\xff", SDP, 400, "not UTF-8"),
        ("v=0\ns=-", SDP, 422, "send exactly one audio track"),
        ("x" * (MAX_OFFER_BYTES + 1), SDP, 413, "at most 65536 bytes"),
        ("v=0", {}, 415, "Content-Type: application/sdp"),
        ("v=0", {"Content-Type": "application/json"}, 415, "Content-Type: application/sdp"),
        (gzip.compress(b"v=0"), SDP | {"Content-Encoding": "gzip"}, 415, "Content-Encoding"),
        ("v=0", SDP | {"Origin": "https://evil.example"}, 403, "open the server's own"),
        ("v=0", SDP | {"Origin": "null"}, 403, "open the server's own"),
        ("v=0", SDP | {"Origin": "http://["}, 403, "open the server's own"),
        ("v=0", SDP | {"Origin": "http://127.0.0.1:9"}, 403, "open the server's own"),
        ("v=0", SDP | {"Host": "rebound.example"}, 400, "name"),
    ],
)
async def test_a_wrong_call_is_told_what_is_wrong(
    client: httpx.AsyncClient,
    stages: Stages,
    body: str | bytes,
    headers: dict[str, str],
    status: int,
    says: str,
) -> None:
    answer = await client.post(TALK, content=body, headers=headers)
    assert answer.status_code == status
    assert says in answer.json()["error"]
    assert (stages.free, stages.live) == (2, [])


@pytest.mark.parametrize(
    ("damage", "status"),
    [
        (lambda sdp: sdp[: sdp.index("m=audio")] + sdp[sdp.index("m=video") :], 400),
        (lambda sdp: sdp + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n", 422),
        (lambda sdp: sdp.replace("VP8", "VP7").replace("H264", "H261"), 422),
        (lambda sdp: sdp.replace("a=ice-ufrag", "a=x"), 400),
    ],
)
async def test_a_real_offer_that_is_wrong_leaves_nothing(
    client: httpx.AsyncClient,
    stages: Stages,
    caller: Caller,
    damage: Callable[[str], str],
    status: int,
) -> None:
    answer = await client.post(TALK, content=damage(await caller.offer()), headers=SDP)
    assert answer.status_code == status
    assert (stages.free, stages.live) == (2, [])


async def test_a_body_without_a_length_is_bounded_too(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 8192

    assert (await client.post(TALK, content=endless(), headers=SDP)).status_code == 413


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_only_post_begins_a_call(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, TALK)
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize(
    "given", [None, "Bearer wrong", "Bearer", "Bearer ", "Basic secret", "secret", "Bearer sécret"]
)
async def test_without_the_token_nobody_talks(make_client: ClientMaker, given: str | None) -> None:
    client = make_client(token="secret")  # noqa: S106
    headers = [(name.encode(), value.encode()) for name, value in SDP.items()]
    if given is not None:
        headers.append((b"Authorization", given.encode()))
    answer = await client.post(TALK, content="v=0", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert (await client.get("/metrics", headers=headers)).status_code == 401


async def test_with_the_token_one_gets_on(make_client: ClientMaker) -> None:
    client = make_client(token="secret")  # noqa: S106
    headers = SDP | {"Authorization": "bearer secret"}
    assert (await client.post(TALK, content="hello", headers=headers)).status_code == 400
    assert (await client.get("/metrics", headers=headers)).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "localhost:8080", "[::1]:80"])
async def test_every_name_of_loopback_is_known(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/healthz", headers={"Host": host})).status_code == 200


async def test_behind_a_proxy_its_name_is_known(make_client: ClientMaker) -> None:
    client = make_client(public_hosts=("talk.example",))
    headers = SDP | {"Host": "talk.example", "Origin": "https://talk.example"}
    assert (await client.post(TALK, content="hello", headers=headers)).status_code == 400


async def test_a_flood_of_calls_is_slowed(make_client: ClientMaker) -> None:
    client = make_client(call_rate=0.5)  # however slow this machine is, it asks faster
    answers = [await client.post(TALK, content="hello", headers=SDP) for _ in range(40)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    assert answers[0].status_code == 400


async def test_metrics_can_be_parsed(client: httpx.AsyncClient) -> None:
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    values = _metrics(answer.text)
    assert values["visavis_sessions"] == 0
    assert values["visavis_sessions_limit"] == 2
    assert values["visavis_pool_sessions"] == 1
    assert values["visavis_pool_late_total"] == values["visavis_pool_replaced_total"] == 0
    assert values["visavis_sessions_mouth_fps25"] == values["visavis_sessions_mouth_fps12.5"] == 0
    assert values["visavis_frames_totalreleased"] == 0
