"""Starting the compiler quickly, in a process that is ours alone."""

from __future__ import annotations

import sys


def skip_blas() -> None:
    """Keep numba from importing scipy only to look for BLAS, which no kernel uses: a quarter of a command's start.

    For the command line only: afterwards compiled functions of this process cannot call linear algebra.
    """
    name = "scipy.linalg"
    if name in sys.modules:
        return
    import karvan.kernels.compiler  # noqa: F401 (it says where numba keeps its cache, before numba is imported)

    sys.modules[name] = None  # type: ignore[assignment]
    try:
        import numba.np.arraymath  # noqa: F401 (it looks once, when it is imported)
    finally:
        del sys.modules[name]
