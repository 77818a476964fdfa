"""The errors a caller can catch. Each says what was found, where, and what to do."""


class TrainingError(Exception):
    """Base of every error this package raises on purpose."""


class DatasetError(TrainingError):
    """A dataset folder is missing, damaged or does not fit the request."""


class CheckpointError(TrainingError):
    """A checkpoint folder or training state is missing, damaged or does not fit the model."""


class OptionError(TrainingError):
    """Options that contradict each other or what is being continued."""
