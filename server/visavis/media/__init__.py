"""Live and recorded media: ingest, the 25 FPS loop, encoders. No network."""
