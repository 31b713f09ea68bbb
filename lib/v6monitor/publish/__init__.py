"""How do results become pages? Exhibits in notebooks, pages, downloads and the archive."""
