"""The child process in which foreign bytes are parsed."""
