"""Compute: ONNX Runtime sessions, the pool, and the generator on top of it."""
