"""Half the bits only where they are faster."""

import pytest
import torch

from visavis.studio.precision import fast


@pytest.mark.parametrize(
    ("capability", "kind"), [("AVX512", torch.bfloat16), ("AVX2", torch.float32)]
)
def test_a_processor_that_is_slow_at_it_keeps_all_bits(
    monkeypatch: pytest.MonkeyPatch, capability: str, kind: torch.dtype
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    with fast():
        product = torch.ones(2, 2) @ torch.ones(2, 2)
    assert product.dtype == kind
