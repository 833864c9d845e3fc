import numpy as np

from visavis.studio.rig.identity import NOVA_IDENTITY, Identity, rest_vertices
from visavis.studio.rig.meshdata import MeshData


def test_recipe_lists_macro_ancestry_and_details() -> None:
    targets = NOVA_IDENTITY.targets()
    assert targets["macrodetails/universal-female-young-averagemuscle-averageweight"] == 1.0
    assert targets["macrodetails/asian-female-young"] == 0.3
    assert targets["head/head-oval"] == 0.35
    assert len(targets) == 1 + 3 + 11


def test_everyone_has_the_eyes_where_the_studio_expects_them(mesh: MeshData) -> None:
    """The mesh's eyes are its shoulder joints, about which nothing turns away."""
    for scale in (1.0, 0.9):
        rest = rest_vertices(mesh, Identity("male", {"caucasian": 0.0}, scale=scale))
        assert np.allclose((rest[0] + rest[4]) / 2, [0, 6.625075, 1.1034875])
        assert np.isclose(rest[0, 0] - rest[4, 0], 2 * scale)


def test_rest_blends_targets_and_lowers_the_arms(mesh: MeshData) -> None:
    bare = Identity("male", {"caucasian": 0.0})
    blended = Identity("male", {"caucasian": 0.5}, {"nose/wide": 0.25})
    shift = rest_vertices(mesh, blended) - rest_vertices(mesh, bare)
    assert np.allclose(shift[2], [0, 0, 0.5])
    assert shift[3, 0] > 0


def test_arms_turn_down_about_the_shoulder(mesh: MeshData) -> None:
    rest = rest_vertices(mesh, Identity("male", {"caucasian": 0.0}))
    before = mesh.base.vertices + mesh.target(
        "macrodetails/universal-male-young-averagemuscle-averageweight"
    )
    joint = before[0]
    reach_before = np.linalg.norm(before[2] - joint)
    assert np.isclose(np.linalg.norm(rest[2] - rest[0]), reach_before)
    assert rest[2, 1] - rest[0, 1] < before[2, 1] - before[0, 1]
    assert np.allclose(rest[4] - rest[0], before[4] - before[0])
