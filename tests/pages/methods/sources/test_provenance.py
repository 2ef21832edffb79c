import polars as pl

from pages.methods.sources import provenance


def test_a_format_is_called_as_its_importer_calls_it() -> None:
    sources = pl.DataFrame(
        {
            "importer": ["em-csv", "", "gone-since", "em-csv"],
            "title": ["Emergent-misalignment CSV", "", None, "Emergent-misalignment CSV"],
        }
    )
    assert provenance.importers(sources) == {
        "all": "All",
        "": "Nothing",
        "em-csv": "Emergent-misalignment CSV",
        "gone-since": "Gone since",
    }
