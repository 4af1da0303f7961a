"""Speed as ratios: each thing we do against a limit measured in the same run."""
