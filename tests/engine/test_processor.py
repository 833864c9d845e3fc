"""What Linux tells of a processor."""

from pathlib import Path

import pytest

from visavis.engine.processor import processor


@pytest.mark.parametrize(
    ("text", "name", "features"),
    [
        (
            "processor\t: 0\nmodel name\t: AMD X\nflags\t\t: fpu avx2 avx512f avx512_bf16\n",
            "AMD X",
            ("AVX2", "AVX-512", "AVX-512 BF16"),
        ),
        ("processor : 0\nFeatures : fp asimd asimddp bf16\n", None, ("NEON", "NEON dot product",
                                                                    "ARM BF16")),
    ],
)  # fmt: skip
def test_names_and_features(
    tmp_path: Path, text: str, name: str | None, features: tuple[str, ...]
) -> None:
    (tmp_path / "cpuinfo").write_text(text)
    found = processor(tmp_path / "cpuinfo")
    assert name in (found.name, None)
    assert found.features == features


def test_elsewhere_there_is_a_name_at_least(tmp_path: Path) -> None:
    found = processor(tmp_path / "none")
    assert found.name
    assert found.features == ()
