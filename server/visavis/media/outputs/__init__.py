"""Ways out of a live stream besides WebRTC: encoded once, for any number of files and servers."""
