"""Voices that tell when each phoneme sounds: one module per engine, one `synthesize` in each."""
