import torch

from visavis.studio.crops import Pairs
from visavis.studio.pool import Pool


def test_held_out_pairs_are_never_drawn(pairs: Pairs) -> None:
    pool = Pool(pairs)
    assert set(pool.train.tolist()) == set(range(6))
    assert set(pool.held_out.tolist()) == {6, 7}


def test_both_halves_share_their_template_windows(pairs: Pairs) -> None:
    batch, pose = Pool(pairs).augmented(4, torch.Generator().manual_seed(1))
    assert torch.equal(batch.template[:2], batch.template[2:])
    assert batch.template.shape == (4, 3, 32, 32)
    assert torch.equal(pose[:2], pose[2:])


def test_a_known_pose_is_not_sought_again(pairs: Pairs) -> None:
    known = torch.ones(2, 6)
    assert Pool(pairs, known).pose is known
    assert Pool(pairs, torch.ones(3, 6)).pose.shape == (2, 6)
