"""Ways to run a part of a network that does not learn, as fast as this machine can. Imports nothing by itself."""
