"""Live encoders: one picture or 20 ms of sound in, packets out, each encoder in its own thread."""
