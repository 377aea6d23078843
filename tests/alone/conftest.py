"""What waits for the network begins with the first test, beside the others."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from _lib import locking


@pytest.fixture(scope="session", autouse=True)
def choices(request, tmp_path_factory):
    """Each choice of versions that test_lock reads, as it is made: side by side."""
    if not any(item.path.name == "test_lock.py" for item in request.session.items):
        yield {}
        return
    from test_lock import OLD, OTHERS

    wanted = {"now": locking.WANTED}
    for name, text in OTHERS.items():
        wanted[name] = tmp_path_factory.mktemp("wanted") / "requirements.in"
        wanted[name].write_text(text)
    with ThreadPoolExecutor(len(wanted)) as pool:
        yield {
            name: pool.submit(locking.compiled, OLD, wanted=path)
            for name, path in wanted.items()
        }
