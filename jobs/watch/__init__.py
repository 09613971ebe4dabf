"""A saved list that is looked at again and again: what is new, worse, better, or only the data's doing."""
