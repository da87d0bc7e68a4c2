"""One module for each panel: records in, component props out."""
