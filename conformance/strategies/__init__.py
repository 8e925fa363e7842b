"""What is sent: Hypothesis strategies, samples from a seed and boundary sweeps, derived from the shapes."""
