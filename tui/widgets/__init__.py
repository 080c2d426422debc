"""The parts of the screen, a file each."""
