"""visavis: speech in, a person speaking it out, 25 frames a second."""

__version__ = "0.1.0"
