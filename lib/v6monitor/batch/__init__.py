"""How does a month get reported unattended? Strict parameters, papermill, one atomic swap."""
