"""visavis: speech in, a person speaking it out, 25 frames a second."""

import os

# ONNX Runtime's wheels report to their maker unless this is set before they are loaded; visavis
# makes no outbound request that nobody asked for.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.1.0"
