"""All that a reader sees in words: translator, labels and messages."""
