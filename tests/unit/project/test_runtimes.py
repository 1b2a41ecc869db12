"""What a handler's file must hold, and how a missing handler is told."""

import pytest

from maestro_cdk.project import runtimes


@pytest.fixture
def missing(tmp_path):
    def found(text, name="f.py", function="handler"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return runtimes.missing_handler(path, function)

    return found


@pytest.mark.parametrize(
    "text",
    [
        "def handler(event, context): ...",
        "async def handler(event, context): ...",
        "class handler: ...",
        "handler = lambda event, context: event",
        "handler: object = print",
        "a, (handler, b) = 1, (2, 3)",
        "from other import handler",
        "from other import main as handler",
        "from other import *",
        "import handler",
        "try:\n    from fast import handler\nexcept ImportError:\n    handler = print",
        "try:\n    pass\nexcept ImportError:\n    handler = print",
        "if True:\n    def handler(e, c): ...\nelse:\n    pass",
        "if False:\n    pass\nelse:\n    def handler(e, c): ...",
        "with open('x') as handler: ...",
        "\ufeffdef handler(event, context): ...",
        "@decorated\ndef handler(event, context): ...",
        "for handler in (): ...",
        "if handler := 1: ...",
    ],
)
def test_a_python_handler_is_found_however_it_is_bound(missing, text):
    assert missing(text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it defines no 'handler'"),
        ("def main(event, context): ...", "it defines no 'handler'"),
        ("class A:\n    def handler(self): ...", "it defines no 'handler'"),
        ("handler.x = 1", "it defines no 'handler'"),
        ("handler", "it defines no 'handler'"),
        ('"""handler"""', "it defines no 'handler'"),
        (b"def handler(): ...\0", "it is not Python: source code string cannot contain null bytes"),
        (b"\xe4", "it is not UTF-8"),
    ],
)
def test_a_python_file_without_a_handler_is_told(missing, text, message):
    assert missing(text).message == message


def test_a_python_file_that_is_no_python_is_told_with_its_place(missing):
    problem = missing("def handler(event, context):\n    return event +\n")
    assert problem.message == "it is not Python: invalid syntax"
    assert (problem.line, problem.column) == (2, 19)


@pytest.mark.parametrize(
    "text",
    ["(" * 5000 + ")" * 5000, "-" * 200_000 + "1"],
    ids=["parentheses", "signs"],
)
def test_a_python_file_that_is_nested_too_deeply_is_told(missing, text):
    assert missing(text).message.startswith(("it is not Python: ", "it is nested too deeply"))


def test_a_long_chain_of_branches_is_looked_through(missing):
    chain = "if A == 0:\n    pass\n" + "".join(f"elif A == {n}:\n    pass\n" for n in range(900))
    assert missing(f"{chain}else:\n    def handler(e, c): ...\n") is None


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / "f.py").mkdir()
    problem = runtimes.missing_handler(tmp_path / "f.py", "handler")
    assert problem.message == "it cannot be read: Is a directory"


@pytest.mark.parametrize(
    "text",
    [
        "export const handler = async (event) => event;",
        "export async function handler(event) {}",
        "export { main as handler };",
        "export * from './other.mjs';",
        "exports.handler = async () => 1;",
        "module.exports = { handler };",
        "module.exports.handler = handler;",
        # Nothing of these rules the export out:
        'const u="https://x.com";exports.handler=async()=>u',
        "const glob = 'src/**/*.js'; export const handler = 1; // */",
        "export*from'./other.mjs';",
        "module.exports = require('./dist/index');",
        "__exportStar(require('./other'), exports);",
        "// export const handler = 1",
        "/* exports.handler\n = 1 */ export const main = 1",
    ],
)
def test_a_node_handler_is_found_however_it_is_exported(missing, text):
    assert missing(text, "f.mjs") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "const handler = 1;",
        "export const main = 1;",
        "export const handlers = 1;",
        "export const $handler = 1;",
        "// const handler = 1",
        "/* exports.main\n = 1 */ export const main = 1",
    ],
)
def test_a_node_file_without_a_handler_is_told(missing, text):
    assert missing(text, "f.mjs").message == "it exports no 'handler'"


@pytest.mark.parametrize(
    ("runtime", "language"),
    [
        ("python3.13", "python"),
        ("nodejs24.x", "nodejs"),
        ("java8.al2", "java"),
        ("dotnet8", "dotnet"),
        ("provided.al2023", "provided"),
    ],
)
def test_a_runtimes_language_is_its_name_without_the_version(runtime, language):
    assert runtimes.language(runtime) == language


def test_every_ending_has_a_default_runtime_of_its_language():
    for language in runtimes.ENDINGS.values():
        assert runtimes.language(runtimes.DEFAULTS[language]) == language
