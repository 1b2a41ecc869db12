"""`pytest tests/golden --update-golden` writes what is expected anew; git shows what changed."""


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden", action="store_true", help="write the expected files of tests/golden"
    )
