import torch
from torch import nn

from visavis.studio.synctalk import RgbSyncTalk, SyncTalk
from visavis.studio.synctalk_begin import LOW, begin, composed, install


def test_a_beginner_copies_its_template() -> None:
    torch.manual_seed(1)
    network = SyncTalk().eval()
    begin(network)
    install(network, _head(0.0))
    template = torch.linspace(0.05, 0.95, 320).expand(1, 3, 320, 320)
    with torch.no_grad():
        made = RgbSyncTalk(network)(template, torch.rand(1, 16, 512))
    assert (made - template).abs().max() < 0.03


def test_what_is_composed_is_what_the_network_draws() -> None:
    torch.manual_seed(1)
    network = SyncTalk().eval()
    begin(network)
    head = _head(0.2)
    install(network, head)
    with torch.no_grad():
        skips = network.skips(torch.rand(1, 6, 320, 320))
        heard = network.audio_model(torch.rand(1, 32, 16, 16))
        low = head(network.low(skips, heard))
        assert low.shape == (1, LOW, 80, 80)
        assert (composed(network, skips, low) - network.drawn(skips, heard)).abs().max() < 1e-3


def _head(spread: float) -> nn.Conv2d:
    head = nn.Conv2d(32, LOW, 1)
    nn.init.normal_(head.weight, std=spread)
    nn.init.normal_(head.bias, std=spread)
    return head
