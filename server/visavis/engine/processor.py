"""What this processor is and what its arithmetic units can do."""

import platform
from dataclasses import dataclass
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
# The names that Linux gives them, on x86 and on ARM, and what they are good for.
_FEATURES = {
    "avx2": "AVX2",
    "avx512f": "AVX-512",
    "avx_vnni": "AVX-VNNI",
    "avx512_vnni": "AVX-512 VNNI",
    "avx512_bf16": "AVX-512 BF16",
    "avx512_fp16": "AVX-512 FP16",
    "amx_bf16": "AMX BF16",
    "amx_int8": "AMX INT8",
    "asimd": "NEON",
    "asimddp": "NEON dot product",
    "bf16": "ARM BF16",
    "i8mm": "ARM I8MM",
    "sve": "SVE",
}


@dataclass(frozen=True)
class Processor:
    """Its name, and the features of it that inference can use."""

    name: str
    features: tuple[str, ...]


def processor(cpuinfo: Path = _CPUINFO) -> Processor:
    """This machine's; where the system does not tell, without features."""
    try:
        lines = [line.partition(":") for line in cpuinfo.read_text("utf-8").splitlines()]
    except OSError:
        return Processor(platform.processor() or platform.machine(), ())
    fields = {key.strip(): value.strip() for key, _, value in reversed(lines)}
    flags = set((fields.get("flags") or fields.get("Features") or "").split())
    found = tuple(title for flag, title in _FEATURES.items() if flag in flags)
    return Processor(fields.get("model name") or platform.machine(), found)
