"""The rules: one file per kind, the evidence they write, and the classes that follow."""
