"""Editions that were fetched: named by a reference, compared before they are used, and described on cards."""
