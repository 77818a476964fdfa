"""Errors of this package. Each message names the problem, its place and a remedy."""


class TrainingError(Exception):
    """Base class of the errors of this package."""


class DatasetError(TrainingError):
    """A dataset folder is missing, damaged or does not fit the request."""


class CheckpointError(TrainingError):
    """A checkpoint folder or training state is missing, damaged or does not fit the model."""


class OptionError(TrainingError):
    """Options that contradict each other, the resumed run or the checkpoint."""
