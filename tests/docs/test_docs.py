import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from cogapp import Cog

from pipeline.cli import main
from warehouse import catalogue
from warehouse.stats.units import UNITS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = {page.relative_to(ROOT).as_posix(): page.read_text("utf-8") for page in PAGES}
LISTED = [page for page, text in TEXT.items() if "[[[cog" in text]
TARGETS = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text("utf-8"), re.M))


def commands(group: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group, by the words that call it."""
    if not isinstance(group, click.Group):
        yield name, group
        return
    for word in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), word)
        assert command is not None
        yield from commands(command, f"{name} {word}")


COMMANDS = dict(commands(main, "brittlescope"))


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next of the same level."""
    found = re.search(rf"^(##+) {re.escape(heading)}\n(.*?)(?=^\1 |\Z)", text, re.M | re.S)
    assert found is not None, f"there is no section {heading!r}"
    return found[2]


def shell_lines() -> Iterator[tuple[str, str]]:
    """Every line of every shell block, with the page it stands on."""
    for page, text in TEXT.items():
        for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S):
            yield from ((page, line) for line in block.splitlines() if line.strip())


def called(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command a line calls, and what is left of the line."""
    command: click.Command = main
    options = [option for option in words if option.startswith("--")]
    rest = [word for word in words if not word.startswith("-")]
    while isinstance(command, click.Group):
        context = click.Context(command)
        found = (command.get_command(context, word) for word in rest)
        below = next(filter(None, found), None)
        assert below is not None, f"{' '.join(words)} calls no command"
        command = below
    return command, options


@pytest.mark.parametrize("page", LISTED)
def test_the_lists_of_a_page_are_what_they_list(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    written = Cog()
    written.options.print_output = True
    assert written.process_string(TEXT[page], page) == TEXT[page], "run make docs"


def test_every_command_explains_itself_and_its_options() -> None:
    for name, command in COMMANDS.items():
        assert command.help, f"{name} --help explains nothing"
        assert f'command("{name}")' in section(TEXT["docs/commands.md"], name)


def test_what_is_listed_is_listed_somewhere() -> None:
    lists = set(re.findall(r"lists\.(\w+)\(", "".join(TEXT.values())))
    functions = ast.parse((ROOT / "docs" / "lists.py").read_text("utf-8")).body
    assert lists == {
        one.name
        for one in functions
        if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")
    }


@pytest.mark.parametrize("option", [p.opts[-1] for p in main.params if isinstance(p, click.Option)])
def test_every_option_of_the_program_is_documented(option: str) -> None:
    assert f"`{option}" in TEXT["docs/commands.md"]


def test_no_page_names_a_command_that_does_not_exist() -> None:
    words = {word for name in COMMANDS for word in name.split()}
    for page, text in TEXT.items():
        for code in re.findall(r"`([^`\n]+)`|^(?:    |## )(.+)$", text, re.M):
            line = "".join(code)
            for name in re.findall(r"^brittlescope(?: --\S+ \S+)? ([a-z]+)", line):
                assert name in words, f"{page}: {line}"
            for target in re.findall(r"^make ([a-z-]+)", line):
                assert target in TARGETS, f"{page}: {line}"


@pytest.mark.parametrize(("page", "line"), list(shell_lines()))
def test_every_shell_line_can_be_typed(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)
    if words[0] == "make":
        assert words[1] in TARGETS
    elif words[0] == "brittlescope":
        command, options = called(words[1:])
        known = {opt for p in (*main.params, *command.params) for opt in p.opts}
        assert set(options) <= known
    else:
        assert words[0] == ".", f"{page} asks for {words[0]}"


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_is_documented(unit: str) -> None:
    assert f"| `{unit}` |" in section(TEXT["docs/metrics.md"], "Intervals")


@pytest.mark.parametrize("name", catalogue.experiments())
def test_every_experiment_is_documented(name: str) -> None:
    about = section(TEXT["docs/vocabulary.md"], "The experiments that are known")
    assert f"| `{name}` |" in about


@pytest.mark.parametrize(
    "name", [path.parent.name for path in sorted((ROOT / "pages").glob("*/*/page.py"))]
)
def test_every_page_is_documented_and_in_the_navigation(name: str) -> None:
    title = name.replace("_", " ").capitalize()
    assert section(TEXT["docs/pages.md"], title)
    assert f"/{name}" in (ROOT / "app.py").read_text("utf-8")


def test_every_promise_of_security_names_tests_that_exist() -> None:
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    rows = re.findall(r"^\| (?!promise|---)(.+) \| (.+) \|$", TEXT["docs/security.md"], re.M)
    assert len(rows) > 30
    for promise, held in rows:
        named = re.findall(r"`(test_\w+)`", held)
        assert named, promise
        missing = [name for name in named if not re.search(rf"def {name}\(", tests)]
        assert not missing, promise


@pytest.mark.parametrize("page", TEXT)
def test_every_link_leads_somewhere(page: str) -> None:
    text = re.sub(r"^```.*?^```", "", TEXT[page], flags=re.M | re.S)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.M)
            assert anchor in {slug(heading) for heading in headings}, link


def slug(heading: str) -> str:
    """The anchor that a heading gets on the usual hosts."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
