"""Two rows of one human being: found by what they share, made one by hand, or said to be two people after all."""
