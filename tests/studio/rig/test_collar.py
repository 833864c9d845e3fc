import numpy as np

from visavis.studio.rig.collar import collar_tube, ordered_loop


def test_edges_in_any_order_make_one_walk() -> None:
    assert ordered_loop([(4, 2), (7, 9), (9, 4), (2, 7)]) == [4, 2, 7, 9]


def test_an_open_chain_ends_where_it_ends() -> None:
    assert ordered_loop([(1, 2), (2, 3)]) == [1, 2, 3]


def test_the_band_runs_round_the_neckline() -> None:
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle), np.full(60, 5.0)], axis=1)
    tube, faces = collar_tube(ring)
    radius = np.hypot(tube[:, 0], tube[:, 1])
    assert np.abs(radius - 1.012).max() < 0.06
    assert np.abs(tube[:, 2] - 5.0).max() < 0.09
    assert np.unique(faces).tolist() == list(range(len(tube)))
