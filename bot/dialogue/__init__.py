"""From waiting inputs to a turn's result, without I/O: ``heard`` understands, ``answer`` decides, ``render`` words."""
