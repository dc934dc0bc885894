"""Two models in other simulators: oracles for ours, and peers in speed. `python -m benchmarks.peers` runs them all."""
