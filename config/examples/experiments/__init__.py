"""A lab to try things with: `lab_experiments` and its hardware config. This folder is what goes on the module path."""
