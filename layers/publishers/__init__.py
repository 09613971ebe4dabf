"""Publishers' files brought here when asked: the table of addresses, the transfer, and how each publisher speaks."""
