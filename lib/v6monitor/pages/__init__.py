"""Pages: a notebook, a letter or a list as accessible HTML or PDF, and its tables as files."""
