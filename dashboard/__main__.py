"""``python -m dashboard`` is ``bcc-wall``."""

from dashboard.cli import main

main()
