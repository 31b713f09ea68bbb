"""What would a month look like? A fictional world with its measurements and its DNS."""
