"""What the product does, each in the same four steps: load, run, files, summary."""
