import torch

from visavis.studio.dataset import CHANNELS
from visavis.studio.networks import FEATHER, PRESS, activity_gate, blend, window_border


def _articulation(**weights: float) -> torch.Tensor:
    return torch.tensor([[weights.get(name, 0.0) for name in CHANNELS]])


def test_a_mouth_that_is_pressed_a_little_rests() -> None:
    resting = _articulation(**dict.fromkeys(PRESS, 0.05), jawOpen=0.01)
    assert float(activity_gate(resting)) == 0
    assert float(activity_gate(_articulation(jawOpen=0.3))) == 1
    assert 0 < float(activity_gate(_articulation(jawOpen=0.05))) < 1


def test_the_border_is_nothing_at_the_edge_and_everything_inside() -> None:
    border = window_border(48)[0, 0]
    assert border[0].abs().max() == border[:, -1].abs().max() == 0
    assert (border[FEATHER:-FEATHER, FEATHER:-FEATHER] == 1).all()
    assert (border[24].diff()[:24] >= 0).all()
    assert torch.equal(border, border.flip(0, 1))


def test_a_blend_is_the_template_where_the_mask_is_nothing() -> None:
    painted, window = torch.rand(1, 4, 48, 48), torch.rand(1, 3, 48, 48)
    painted[:, 3, :, :24] = 0
    painted[:, 3, :, 24:] = 1
    made = blend(painted, window, _articulation(jawOpen=0.5), window_border(48))
    assert torch.equal(made[..., :24], window[..., :24])
    inside = (..., slice(FEATHER, -FEATHER), slice(24, -FEATHER))
    torch.testing.assert_close(made[inside], painted[:, :3][inside])
