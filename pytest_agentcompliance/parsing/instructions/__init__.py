"""How a project is built, tested and run: what its manifests give, and what its documents tell people to type."""
