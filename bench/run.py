"""`make bench`: how fast it all is, beside a plain json + pandas baseline of the same run.

python bench/run.py [--import-rows 300000] [--rows 1000000] [--repeat 3]
"""

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench import baseline, estimating, inspecting, make_results, mapped, pages, sampling
from warehouse import building, rules, transcripts
from warehouse.counting import Slice
from warehouse.search import finding
from warehouse.stats.rates import rates
from warehouse.store import Store
from warehouse.transcripts import Filter

BENCH = Path(__file__).parent
BUNDLED = BENCH.parent / "examples" / "small-models" / "results"

IMPORT = "import sys; from pipeline.cli import main; main(sys.argv[1:])"


def seconds(work: Callable[[], object], repeat: int) -> float:
    """The median time of `repeat` calls, after one that does not count."""
    work()
    times = []
    for _ in range(repeat):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def cores(work: Callable[[], object]) -> float:
    """Seconds of a core that some work takes, once."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def peak_megabytes(command: list[str]) -> tuple[float, float]:
    """How long a command takes, and the largest memory of any process it starts."""
    watched = (
        "import resource, subprocess, sys, time; begun = time.perf_counter(); "
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, "
        "stderr=subprocess.DEVNULL); "
        "print(time.perf_counter() - begun, "
        "resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
    )
    told = subprocess.run(
        [sys.executable, "-c", watched, *command], check=True, capture_output=True, text=True
    ).stdout.split()
    return float(told[0]), float(told[1])


def importing(results: Path, data: Path) -> list[str]:
    """The command that imports `results` into a data folder and builds nothing."""
    program = [sys.executable, "-c", IMPORT]
    return [*program, "import", str(results), "--data", str(data), "--no-build"]


def row(what: str, ours: str, theirs: str, ratio: float | None, goal: str) -> None:
    """One line of the report."""
    times = f"{ratio:.1f} ×" if ratio is not None else ""
    sys.stdout.write(f"{what:<46} {ours:>14} {theirs:>14} {times:>9}   {goal}\n")
    sys.stdout.flush()


def bench_import(folder: Path, count: int, repeat: int) -> None:
    """Rows per second and peak memory of an import, against the baseline, one after the other."""
    results = make_results.write(folder / "import", count // make_results.ROWS)
    ours, theirs, memory, their_memory = [], [], 0.0, 0.0
    for _ in range(repeat):
        database, data = folder / "baseline.duckdb", folder / "data-import"
        database.unlink(missing_ok=True)
        shutil.rmtree(data, ignore_errors=True)
        plain = [sys.executable, str(BENCH / "baseline.py"), str(results), str(database)]
        elapsed, used = peak_megabytes(plain)
        theirs.append(elapsed)
        their_memory = max(their_memory, used)
        elapsed, used = peak_megabytes(importing(results, data))
        ours.append(elapsed)
        memory = max(memory, used)
    a, b = statistics.median(ours), statistics.median(theirs)
    row(
        f"import {count:,} rows, rows/s", f"{count / a:,.0f}", f"{count / b:,.0f}", b / a, "≥ 3.5 ×"
    )
    row(
        "  peak memory of one process, MB",
        f"{memory:,.0f}",
        f"{their_memory:,.0f}",
        their_memory / memory,
        "< 1,000 MB",
    )


def bench_mapped(folder: Path, count: int, repeat: int) -> None:
    """Rows per second of JSON Lines and CSV under a study map, against the study's own format."""
    results = make_results.write(folder / "own", count // make_results.ROWS)
    commands = {"own": importing(results, folder / "data-own")}
    for form in ("jsonl", "csv"):
        told = mapped.write(results, folder / "mapped" / form, form)
        command = importing(folder / "mapped" / form, folder / f"data-{form}")
        commands[form] = [*command, "--map", str(told)]
    times: dict[str, list[float]] = {form: [] for form in commands}
    for _ in range(repeat):
        for form, command in commands.items():
            shutil.rmtree(folder / f"data-{form}", ignore_errors=True)
            times[form].append(peak_megabytes(command)[0])
    own = statistics.median(times.pop("own"))
    for form, found in times.items():
        taken = statistics.median(found)
        ours, theirs = f"{count / taken:,.0f}", f"{count / own:,.0f}"
        what = f"  under a study map, {form}, rows/s"
        row(what, ours, theirs, own / taken, "≥ 0.5 × own format")


def bench_snapshot(folder: Path, count: int, repeat: int) -> None:
    """Build, slices, transcripts and search on a snapshot of `count` samples."""
    results = make_results.write(folder / "snapshot", count // make_results.ROWS)
    data = folder / "data-snapshot"
    elapsed, memory = peak_megabytes(importing(results, data))
    row(f"import {count:,} rows, s", f"{elapsed:.1f}", "", None, "")
    row("  peak memory of one process, MB", f"{memory:,.0f}", "", None, "< 1,000 MB")
    begun = time.perf_counter()
    building.build(data)
    row(f"build {count:,} samples, s", f"{time.perf_counter() - begun:.1f}", "", None, "< 5 s")

    store = Store(data)
    frame = baseline.load(results).drop(columns=["answer", "question", "path"])
    cuts = iter(range(1, 10_000))

    def slice_again() -> object:
        rule = rules.named("published").with_cuts(trait=20 + next(cuts) % 40)
        return store.counts(rule=rule)

    ours = seconds(slice_again, repeat * 3)
    theirs = seconds(lambda: baseline.rates(frame, 20 + next(cuts) % 40), repeat)
    row(
        "re-threshold every cell, ms",
        f"{ours * 1e3:.0f}",
        f"{theirs * 1e3:.0f}",
        theirs / ours,
        "< 50 ms",
    )
    counts = store.counts()
    own = seconds(lambda: rates(counts, ["model", "intervention"]), repeat * 3)
    row(f"intervals of {counts.height:,} question rows, ms", f"{own * 1e3:.0f}", "", None, "")
    published = rules.named("published")
    by_file = sorted(results.rglob("results_*.json"))[0]
    theirs = seconds(lambda: baseline.load(by_file.parent).head(50), repeat)
    for name, within in (
        ("first 50 transcripts of everything", Slice()),
        ("50 transcripts of one cell", Slice(intervention=("intent-0000",))),
    ):
        ours = seconds(partial(transcripts.page, store, within, published), repeat * 3)
        row(f"{name}, ms", f"{ours * 1e3:.0f}", f"{theirs * 1e3:.0f}", theirs / ours, "< 50 ms")
    key = transcripts.page(store, Slice(), published)[0]["sample_key"][7]
    ours = seconds(lambda: transcripts.transcript(store, key), repeat * 3)
    row("one transcript by its permalink, ms", f"{ours * 1e3:.0f}", "", None, "")
    ours = seconds(partial(transcripts.keys, store, Slice(), published, Filter(), key), repeat)
    row("what comes before and after it in the list, ms", f"{ours * 1e3:.0f}", "", None, "")
    bench_search(store, count, repeat)
    theirs = cores(lambda: baseline.rates(baseline.load(results), 30))
    pages.report(row, data, f"{count:,} samples", theirs, repeat)


def bench_search(store: Store, count: int, repeat: int) -> None:
    """The search index, and searches of every kind among all answers."""
    begun = time.perf_counter()
    finding.complete(store)
    row(f"index {count:,} answers, s", f"{time.perf_counter() - begun:.1f}", "", None, "")
    files = (file for file in (store.data / "search").rglob("*") if file.is_file())
    texts = (file.stat().st_size for file in (store.data / "lake").rglob("sample-*.parquet"))
    share = sum(file.stat().st_size for file in files) / sum(texts)
    row("  its size, of that of the answers", f"{100 * share:.0f} %", "", None, "< 70 %")
    rows, _ = transcripts.page(store, Slice(), rules.named("published"), limit=1)
    one, two, three, *_ = rows["answer"][0].split()[::7]
    for name, text in {
        "a word": one,
        "two words": f"{one} {two}",
        "a phrase": f'"{" ".join(rows["answer"][0].split()[:3])}"',
        "a beginning": f"{three}*",
        "letters within words": f"part:{two[:3]}",
        "a word that nobody says": "zzzz",
    }.items():
        ours = seconds(partial(finding.find, store, text), repeat)
        row(f"search all answers for {name}, ms", f"{ours * 1e3:.0f}", "", None, "< 50 ms")


def bench_bundled(folder: Path, repeat: int) -> None:
    """The pages on the bundled study, of few samples and of all that pages show."""
    data = folder / "data-bundled"
    subprocess.run(importing(BUNDLED, data), check=True, capture_output=True)
    building.build(data)
    theirs = cores(lambda: baseline.shares(BUNDLED))
    pages.report(row, data, "the bundled study", theirs, repeat)


def main() -> None:
    """Run every part in a folder of its own, and say how much memory this process took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--import-rows", type=int, default=300_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    wanted = parser.parse_args()
    row("", "brittlescope", "json + pandas", None, "goal")
    sampling.report(row, peak_megabytes)
    estimating.report(row, seconds, wanted.repeat)
    with tempfile.TemporaryDirectory(prefix="brittlescope-bench-") as folder:
        bench_import(Path(folder), wanted.import_rows, wanted.repeat)
        shutil.rmtree(Path(folder) / "import")
        bench_mapped(Path(folder), wanted.import_rows, wanted.repeat)
        inspecting.report(row, Path(folder) / "inspect")
        bench_bundled(Path(folder), wanted.repeat)
        bench_snapshot(Path(folder), wanted.rows, wanted.repeat)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"(this process, pandas included, took {used:,.0f} MB)\n")


if __name__ == "__main__":
    main()
