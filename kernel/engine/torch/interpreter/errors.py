"""What can go wrong, told apart by whose fault it is."""


class JobError(Exception):
    """Something outside the interpreter is wrong: a file, a device, a port. The message is for the user."""


class CollectiveError(Exception):
    """A step that ranks do together failed here; the fault may lie with another rank."""
