"""How an error is told on stderr: one line, and what stands behind it where that is asked for."""


def complaint(error: Exception, *, verbose: bool, about: str = "") -> str:
    """Return what is said of *error*; *about* says which of several things it happened to."""
    from shared_ecr.problems import InvalidDeclarationError

    text = f"{about}: {error}" if about else str(error)
    # What begins with FILE:LINE:COL keeps it in front, so that editors find the place.
    is_placed = isinstance(error, InvalidDeclarationError) or getattr(error, "is_placed", False)
    said = text if is_placed else f"shared-ecr: {text}"
    # What is raised "from None" hides what quoted a secret; `__context__` still has it.
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return f"{said}\n  because: {type(cause).__name__}: {cause}" if verbose and cause else said
