"""Configs as the screen shows them: what is read of the yard, and the lines that come of it. Pure but for `reading`."""
