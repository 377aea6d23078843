def whole(method):
    """Let a test run with every module installed, and not with its app alone.

    For one that takes long, and runs no function of the app that no other test runs
    there: tests/alone says where that is not so."""
    method.whole = True
    return method
