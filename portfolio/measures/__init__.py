"""Success measures, outputs and outcomes, each able to say that there is no figure, and why."""
