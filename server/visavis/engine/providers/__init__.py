"""Ways to run a network: which there are, which work here, and which is fastest."""
