"""Building avatars: speech, rendering, training, export, score (extra `studio`)."""
