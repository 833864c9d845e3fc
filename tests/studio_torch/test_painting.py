import numpy as np
import pytest
import torch

from visavis.studio.crops import Pairs
from visavis.studio.painters import painter
from visavis.studio.painting import PaintingLoss, carrying_error, quality, ssim
from visavis.studio.pool import Pool


def test_the_truth_costs_only_its_mask(pairs: Pairs) -> None:
    pool = Pool(pairs)
    batch, _ = pool.augmented(4, torch.Generator().manual_seed(1))
    batch.target[...] = batch.template
    right = torch.cat((batch.template, torch.zeros(4, 1, 32, 32)), 1)
    loss = PaintingLoss(pool.framing)
    assert loss(right, batch) == 0
    wrong = torch.cat((1 - batch.template, torch.ones(4, 1, 32, 32)), 1)
    assert loss(wrong, batch) > 0.1


def test_a_picture_is_like_itself() -> None:
    picture = torch.rand(2, 3, 24, 24, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(ssim(picture, picture), torch.ones(2))
    assert (ssim(picture, picture.flip(-1)) < 0.3).all()


def test_quality_is_told_for_what_is_held_out(pairs: Pairs) -> None:
    pool = Pool(pairs)
    figures = quality(painter("shuffle", pool.framing.window).eval(), pool)
    assert set(figures) == {"psnr_db", "ssim", "template_psnr_db"}
    assert 0 < figures["template_psnr_db"] < 20


def test_a_flow_counts_where_the_mesh_tells_it(pairs: Pairs) -> None:
    pool = Pool(pairs)
    batch = pool.exact(torch.arange(4))
    right = batch.flow.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert carrying_error(right, batch) < 1e-6
    off = right + 3 * (1 - batch.seen).repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert carrying_error(off, batch) < 1e-6
    assert float(carrying_error(right + 3, batch)) == pytest.approx(
        2.875 * float(batch.seen.mean()), rel=1e-3
    )


def test_flow_is_cut_as_pictures_are(pairs: Pairs) -> None:
    pairs.flow[:] = np.arange(pairs.flow.shape[-1], dtype=np.float16)
    pool = Pool(pairs)
    assert pool.exact(torch.arange(2)).flow[0, 0, 0].tolist() == list(range(2, 18))
