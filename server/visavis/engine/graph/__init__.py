"""Surgery on a generator's graph: cut it by what depends on audio, and make the rest cheaper."""
