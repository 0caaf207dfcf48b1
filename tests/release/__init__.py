"""The archive for an intranet, and its installation with the network cut."""
