"""Half the bits where that is faster."""

import torch

ABLE = "AVX512"  # processors that take bfloat16 well, as torch calls them


def fast(device: str = "cpu") -> torch.autocast:
    """Networks run in bfloat16 on a graphics card and on processors that know how. One that does
    not would take far longer for it than for float32, and keeps that."""
    able = device != "cpu" or torch.backends.cpu.get_cpu_capability() == ABLE
    return torch.autocast(device, torch.bfloat16, enabled=able)
