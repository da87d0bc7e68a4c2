"""The desk's pages: shell, parts, figures, and one module for each page."""
