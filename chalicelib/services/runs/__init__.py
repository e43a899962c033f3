"""Use-cases of runs: start, tick, stop, look, sweep."""
