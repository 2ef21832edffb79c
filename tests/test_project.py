import ast
import re
import runpy
import subprocess
import tomllib
from collections.abc import Collection
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from streamlit import config

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = ["requirements.txt", "requirements-dev.txt", "requirements-browser.txt"]
ACROSS = {
    "tests/pages/test_agreement.py": "every page: numbers of the same thing are the same",
    "tests/pages/test_any_link.py": "every page, opened by links that nobody of ours wrote",
    "tests/pages/test_app.py": "app.py, the frame around every page",
    "tests/pages/judging/agreement/test_anew.py": "a judge by itself, told",
    "tests/pages/test_exports.py": "every page: charts as files",
    "tests/pages/test_hostile.py": "every page, on names that are attacks",
    "tests/pages/test_large.py": "every page, on thousands of arms",
    "tests/pages/test_numbers_lead.py": "every page: a number opens the answers it counts",
    "tests/pages/test_several_studies.py": "every page, on two studies at once",
    "tests/pages/test_uncounted.py": "every page, on answers that no number counts",
    "tests/pipeline/test_kills_of_writers.py": "every command that writes, killed anywhere",
    "tests/pipeline/test_collisions.py": "import and build, on sources that contradict each other",
    "tests/pages/results/test_conditions.py": "arms under several conditions, on every page",
    "tests/pipeline/test_counts.py": "the command `counts`, and its recipes in the documentation",
    "tests/pipeline/test_conditions.py": "arms under several conditions, in every command",
    "tests/pipeline/test_hostile.py": "import, on files that are attacks",
    "tests/pipeline/importers/test_hostile_formats.py": "importers, on files damaged anywhere",
    "tests/pipeline/test_conversations.py": "conversations in mapped files, from import to search",
    "tests/pipeline/test_kills.py": "import, forget and build, killed anywhere",
    "tests/pipeline/test_refusals_of_the_machine.py": "every command, on a machine that says no",
    "tests/pipeline/test_several_files.py": "import and build, on rows dealt to several files",
    "tests/pipeline/study/test_import_back.py": "a study's outputs, imported again",
    "tests/pipeline/study/test_kills.py": "every step of a study, killed anywhere",
    "tests/pipeline/study/test_live.py": "a study with a real model",
    "tests/pipeline/study/test_rude.py": "a study with an endpoint that answers anything",
    "tests/warehouse/stats/test_coverage.py": "every interval, on simulated studies",
    "tests/warehouse/test_damage.py": "the lake, damaged anywhere",
    "tests/warehouse/test_portable.py": "the SQL that makes marts, in another engine's dialect",
    "tests/warehouse/test_wording.py": "questions and what makes another wording of one",
    "tests/warehouse/test_studies_apart.py": "studies, in every number and name",
}
"""The tests that are about more than one module, and what they are about."""

OF_THE_WHOLE = ("tests/browser", "tests/docs", "tests/golden", "tests/test_project.py")
"""Where tests are about the whole product, the documentation, or this repository."""

SCRIPTS = sorted((ROOT / "pages").glob("*/*/page.py"))
"""The scripts of the pages."""

SECTIONS = sorted({p.parts[-3] for p in SCRIPTS})
"""The sections of the navigation, each a folder of page folders."""


def committed() -> list[Path]:
    """Every file that is, or would be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout, so nothing says what is committed")
    return [p for name in listed.stdout.split("\0") if name and (p := ROOT / name).is_file()]


WORDS = (
    "Experiment", "Trait", "Study", "Source", "Scale", "Rule", "Line", "Index", "Panel", "Ledger",
)  # fmt: skip
"""Terms of ours: no alias has the name of one either."""

ROOMS = ("correcting", "frame", "landscape", "printing", "quoting", "ui", "working")
"""What pages share, below `pages`."""


def entries(lock: str) -> list[str]:
    """The requirements of a lock file, each with its hashes, on one line."""
    text = re.sub(r"\\\n", " ", (ROOT / lock).read_text("utf-8"))
    return re.findall(r"^(?!\s*#).*\S.*$", text, re.M)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_and_hashes_everything_and_names_no_index(lock: str) -> None:
    assert entries(lock)
    for entry in entries(lock):
        assert re.match(r"[a-z0-9._-]+==\S+ ", entry), entry
        assert "--hash=sha256:" in entry, entry
        assert not re.search(r"--(?!hash)|https?:|file:| @ ", entry), entry


def test_the_locks_hold_what_the_project_asks_for() -> None:
    groups = PROJECT["dependency-groups"]
    asked = {
        "requirements.txt": [*PROJECT["project"]["dependencies"], *groups["build"]],
        "requirements-dev.txt": [*PROJECT["project"]["dependencies"], *groups["dev"]],
        "requirements-browser.txt": groups["browser"],
    }
    for lock, wanted in asked.items():
        pinned = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", "\n".join(entries(lock)), re.M))
        for requirement in map(Requirement, wanted):
            version = pinned.get(canonicalize_name(requirement.name))
            assert version is not None, f"{lock} lacks {requirement}"
            assert requirement.specifier.contains(version), f"{lock} has {version} of {requirement}"


def test_the_locks_agree_with_each_other() -> None:
    versions: dict[str, str] = {}
    for lock in LOCKS:
        for entry in entries(lock):
            name, _, version = entry.split(" ", 1)[0].partition("==")
            assert versions.setdefault(name, version) == version, f"{lock}: {name}"


def test_nothing_committed_names_a_machine_or_a_registry() -> None:
    private = re.compile(
        r"(?<![\w.])/(work|tmp|home|root|Users|opt)/\w"
        r"|\b(pypi|files\.pythonhosted|registry\.npmjs|deb\.debian)\.org\b"
    )
    found = []
    for path in committed():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in private.finditer(text)]
    assert not found


@pytest.mark.parametrize(
    "path", [p.relative_to(ROOT).as_posix() for p in sorted((ROOT / "warehouse").rglob("*.sql"))]
)
def test_every_relation_and_query_states_its_grain(path: str) -> None:
    assert (ROOT / path).read_text("utf-8").startswith(("-- One row per ", "-- One value: "))


def test_tests_mirror_the_tree() -> None:
    strays = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name in ACROSS or name.startswith(OF_THE_WHOLE):
            continue
        of = ROOT / path.parent.relative_to(ROOT / "tests") / path.stem.removeprefix("test_")
        if not any(place.exists() for place in (of.with_suffix(".py"), of / "__init__.py")):
            strays.append(name)
    assert not strays, "rename them after the module they test, or say in ACROSS what they test"


def test_what_is_said_to_be_tested_across_modules_is_there() -> None:
    assert not [name for name in ACROSS if not (ROOT / name).is_file()]


def test_no_script_lies_directly_in_pages() -> None:
    # Streamlit would serve it by itself, without the frame of app.py.
    assert [p.name for p in (ROOT / "pages").glob("*.py")] == ["__init__.py"]


def test_every_page_is_a_folder() -> None:
    for section in SECTIONS:
        for path in (ROOT / "pages" / section).glob("[!_]*"):
            assert (path / "page.py").is_file(), f"{path} has no page.py"
        scripts = [p.name for p in (ROOT / "pages" / section).glob("*.py")]
        assert scripts == ["__init__.py"], section


def test_what_pages_share_is_used_by_two_pages_at_least() -> None:
    users = pages_that_use()
    alone = {name: users[name] for name in users if len(users[name]) < 2}
    rooms = tuple(f"pages.{room}." for room in ROOMS)
    assert not {name: pages for name, pages in alone.items() if name.startswith(rooms)}


def product() -> list[Path]:
    """Every module but the tests."""
    modules = [path for path in committed() if path.suffix == ".py"]
    return [path for path in modules if not path.is_relative_to(ROOT / "tests")]


def test_rooms_are_small() -> None:
    """No module over 400 lines, and little that pages share."""
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in product()}
    assert not {path.relative_to(ROOT).as_posix(): n for path, n in lengths.items() if n > 400}
    shared = [n for path, n in lengths.items() if path.is_relative_to(ROOT / "pages" / "ui")]
    assert shared
    assert sum(shared) <= 3_350


def test_no_function_is_over_sixty_lines() -> None:
    """Its signature and docstring among them."""
    lengths = {
        f"{path.relative_to(ROOT).as_posix()}: {node.name}": node.end_lineno - node.lineno + 1
        for path in product()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
    }
    assert lengths
    assert not {name: length for name, length in lengths.items() if length > 60}


def test_a_word_names_one_class() -> None:
    """Wherever it is: a private class is read, searched for and told of like any other."""
    named: dict[str, list[str]] = {}
    for path in product():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            found = [node.name] if isinstance(node, ast.ClassDef) else []
            if isinstance(node, ast.Assign):
                found = [name for name in map(ast.unparse, node.targets) if name in WORDS]
            for name in found:
                word = name.strip("_").lower()
                named.setdefault(word, []).append(path.relative_to(ROOT).as_posix())
    assert named
    assert not {word: paths for word, paths in named.items() if len(paths) > 1}


def test_the_import_contracts_know_every_section() -> None:
    contracts = {c["name"]: c for c in PROJECT["tool"]["importlinter"]["contracts"]}
    apart = contracts["A page never imports another page"]["modules"]
    shared = contracts["What pages share knows no page"]["forbidden_modules"]
    rooms = contracts["What pages share knows no page"]["source_modules"]
    server = contracts["The server knows nothing of what it serves"]["forbidden_modules"]
    assert sorted(apart) == [f"pages.{name}.*" for name in SECTIONS]
    assert sorted(shared) == [f"pages.{name}" for name in SECTIONS]
    assert sorted(rooms) == [f"pages.{name}" for name in ROOMS]
    assert sorted(server) == sorted([*shared, *rooms])


def test_streamlit_knows_every_option_we_set() -> None:
    ours = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    known = config.get_config_options()
    assert not [name for name in flat(ours) if name not in known]


def test_the_app_is_served_on_loopback_and_tells_nobody() -> None:
    ours = flat(tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8")))
    assert ours["server.address"] == "127.0.0.1"
    assert ours["browser.gatherUsageStats"] is False
    assert not [value for value in ours.values() if isinstance(value, str) and "://" in value]


def pages_that_use() -> dict[str, set[str]]:
    """The pages, and the frame around them, that use each module of `pages`, however indirectly."""
    scripts = [ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]
    paths = {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in scripts}
    modules = {name.removesuffix(".__init__"): p for name, p in paths.items()}
    imported = {name: imports(path, modules) for name, path in modules.items()}
    users: dict[str, set[str]] = {name: set() for name in modules if modules[name].stat().st_size}
    for page in ["app", *(n for n, path in modules.items() if path in SCRIPTS)]:
        seen, ahead = {page}, [page]
        while ahead:
            ahead += imported[ahead.pop()] - seen
            seen.update(ahead)
        for name in seen & users.keys():
            users[name].add(page)
    return users


def imports(path: Path, modules: Collection[str]) -> set[str]:
    """Those of the modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module in modules:
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            # A name that is no module is one of the package's own.
            package = set() if full <= set(modules) else {node.module}
            found |= package | (full & set(modules))
    return found


def flat(options: dict[str, object], above: str = "") -> dict[str, object]:
    """Options by their dotted names."""
    found: dict[str, object] = {}
    for name, value in options.items():
        if isinstance(value, dict):
            found |= flat(value, f"{above}{name}.")
        else:
            found[f"{above}{name}"] = value
    return found


def test_installing_tells_how_far_it_is(root: Path) -> None:
    module = runpy.run_path(str(root / ".ci" / "install.py"))
    steps, needed = module["steps"], module["needed"]
    lock = "polars==2.1.0 \\\n    --hash=sha256:0 \nclick==8.2 ; sys_platform == 'none' \\\n"
    assert needed(lock) == 1
    said = [
        "Collecting polars==2.1.0 (from -r requirements.txt (line 3))",
        "  Using cached polars-2.1.0.whl (40 MB)",
        "Requirement already satisfied: click==8.2 in ./.venv",
        "Installing collected packages: polars",
        "Successfully installed polars-2.1.0",
    ]
    assert list(steps(said, 2)) == [
        "  1 of 2 packages: polars",
        "  2 of 2 packages: click",
        "unpacking 2 packages, half a minute",
    ]
