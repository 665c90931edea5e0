"""Does our sprint serve our goals? The package of align-sync; start reading at `cli/main.py` or `app.py`."""

__version__ = "0.1.0"
