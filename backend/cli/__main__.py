"""`python -m backend.cli`."""

from backend.cli import app

app(prog_name="ejia")
