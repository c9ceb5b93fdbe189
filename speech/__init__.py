"""Speech: what a written answer sounds like. Nothing here is imported until somebody speaks."""
