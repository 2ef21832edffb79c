"""Files, refusals and notices by kind."""

import polars as pl

from pages.methods.sources import provenance


def test_a_format_is_called_as_its_importer_calls_it() -> None:
    sources = pl.DataFrame(
        {
            "importer": ["em-csv", "", "gone-since", "em-csv"],
            "title": ["Tables of answers", "", None, "Tables of answers"],
        }
    )
    assert provenance.importers(sources) == {
        "all": "All",
        "": "Nothing",
        "em-csv": "Tables of answers",
        "gone-since": "Gone since",
    }


def test_refusals_that_differ_in_numbers_and_names_are_one_kind() -> None:
    rows = pl.DataFrame(
        {
            "path": ["/a/x.json", "/a/x.json", "/a/y.json", "/a/z.json"],
            "reason": ["row 3: no 'id'", "row 14: no 'key'", "row 1: no 'id'", "not JSON"],
        }
    )
    found = provenance.kinds(rows, "/a", "reason")
    assert found.columns == ["n", "files", "reason", "path"]
    assert found.rows() == [(3, 2, "row 3: no 'id'", "x.json"), (1, 1, "not JSON", "z.json")]


def test_files_that_were_not_read_are_told_by_their_ending() -> None:
    every = pl.DataFrame(
        {
            "path": ["/a/b.txt", "/a/c/README", "/a/a.txt", "/a/d.json"],
            "state": ["skipped", "skipped", "skipped", "read"],
        }
    )
    found = provenance.unread(every, "/a")
    assert found.rows() == [(".txt", 2, "a.txt"), ("no ending", 1, "c/README")]


def test_what_lies_in_the_folder_itself_has_no_folder_below_it() -> None:
    every = pl.DataFrame(
        {
            "path": ["/a/one.csv", "/a/b/two.csv", "/a/b/three.csv"],
            "importer": ["em-csv"] * 3,
            "state": ["read", "twin", "read"],
            "taken": [1, 2, 3],
            "refused": [0, 0, 0],
            "notices": [0, 0, 0],
        }
    )
    found = provenance.sources(every, "/a", {"em-csv": "CSV"})
    assert found.columns == ["origin", "importer", "files", "taken", "twins"]
    assert found.rows() == [(provenance.HERE, "CSV", 1, 1, 0), ("b", "CSV", 2, 5, 1)]
