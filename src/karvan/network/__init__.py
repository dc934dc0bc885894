"""The network: a corridor packed into arrays, and names back."""

from karvan.network.network import Network, pack

__all__ = ["Network", "pack"]
