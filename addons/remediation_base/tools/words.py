def say_pair(env, subject, what):
    """Return “subject: what” as the reader's language writes it, or what is known.

    French has a space before the colon.
    """
    if not (subject and what):
        return str(subject or what or "")
    return env._("%(subject)s: %(what)s", subject=subject, what=what)
