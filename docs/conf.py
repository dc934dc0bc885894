"""How the pages are built: MyST Markdown and notebooks under the pydata theme, with nothing asked of the network."""

from importlib import metadata

project = "karvan"
author = "the karvan authors"
copyright = "2026, the karvan authors"
release = metadata.version("karvan")

extensions = ["myst_nb"]
exclude_patterns = ["_build", "jupyter_execute"]
templates_path: list[str] = []

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

nb_execution_mode = "cache"
nb_execution_raise_on_error = True
nb_execution_cache_path = "../build/notebooks"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # else pages would ask a CDN for scripts

html_theme = "pydata_sphinx_theme"
html_title = "karvan"
html_show_sourcelink = False
html_theme_options = {
    "navigation_with_keys": False,
    "show_prev_next": False,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
