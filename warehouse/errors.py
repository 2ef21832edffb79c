"""The root of the project's exceptions, and those of the warehouse."""


class BrittlescopeError(Exception):
    """Anything the project raises on purpose; its text is a sentence for the user."""


class NoSnapshot(BrittlescopeError):
    """Nothing has been built yet."""


class StaleSnapshot(BrittlescopeError):
    """What was built has another form than this version of the program reads."""


class UnknownName(BrittlescopeError):
    """A rule, experiment, query or option of that name does not exist."""


class InvalidDefinition(BrittlescopeError):
    """A rule, experiment or other definition file is not valid."""


class BrokenBuild(BrittlescopeError):
    """The lake's content contradicts itself; no snapshot was published."""
