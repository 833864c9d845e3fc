"""Where an avatar's mouth is in its frame, for those who watch it move."""

import numpy as np

from visavis.core.bundle import Bundle

_PLACE = (0.39, 0.48, 0.23, 0.16)  # x, y, width, height of the lips within the ROI


def mouth_box(bundle: Bundle) -> list[int]:
    """[x, y, width, height] in frame pixels, at the mean place of the idle loop's ROI."""
    x, y = np.mean(bundle.clips["idle"].roi, axis=0)
    left, top, width, height = (share * bundle.roi_size for share in _PLACE)
    return [round(v) for v in (x + left, y + top, width, height)]
