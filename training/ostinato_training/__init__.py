"""Trains Ostinato's decoder: dataset folders in, checkpoint folders out."""
