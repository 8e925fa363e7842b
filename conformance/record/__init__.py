"""The record of a run: JSON lines, written while the run goes on, and the only source of every report."""
