"""Ways in and out: WebRTC, local devices, and the limits beside them."""
