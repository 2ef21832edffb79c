"""The command that draws transcripts by a declared rule."""

from functools import partial

import click
import msgspec
import polars as pl

from pipeline.cli.asking import Asked, asking
from pipeline.cli.commands import FORMATS, Unusable, say, tell
from pipeline.cli.numbers import names
from warehouse import draws, harmless, picks, transcripts
from warehouse.analysis import written
from warehouse.draws import MOST, WAYS, Drawn
from warehouse.programs import QUOTES, Program
from warehouse.transcripts import ONLY, Filter

SHOWN = 120
"""How many characters of an answer a table shows."""


@click.command("draw")
@click.option(
    "--by",
    metavar="DIMENSION,…",
    default="",
    help="Draw for each value of these dimensions, as intervention or question.",
)
@click.option(
    "-n", "--n", "count", type=click.IntRange(1, MOST), default=10, show_default=True,
    help="How many; of each value of --by.",
)  # fmt: skip
@click.option(
    "--rule-of-draw", "way", type=click.Choice(tuple(WAYS)), default="random", show_default=True,
    help="How they are chosen.",
)  # fmt: skip
@click.option(
    "--seed", type=int, default=0, show_default=True,
    help="What chance hangs on: the same seed draws the same.",
)  # fmt: skip
@click.option(
    "--only", type=click.Choice(ONLY), default=draws.SHOWING.only, show_default=True,
    help="Which answers may be drawn.",
)  # fmt: skip
@click.option(
    "--containing", metavar="TEXT", default="", help="Only answers that this search finds."
)
@partial(asking, forms=(*FORMATS[1:], *(form for form in picks.FORMS if form not in FORMATS)))
def draw(
    asked: Asked, by: str, count: int, way: str, seed: int, only: str, containing: str
) -> None:
    """Transcripts by a declared rule: at random, balanced over questions, nearest a cut."""
    narrowed = Filter(only=only, text=containing)
    drawn = draws.draw(asked.store, asked.analysis, way, count, seed, narrowed, names(by))
    if not drawn.keys:
        say(f"Nothing was drawn: {WAYS[way].lacks}.")
    elif asked.form == "table":
        tell(drawn.told)
    else:
        say(drawn.told)
    if asked.form in FORMATS:
        asked.show(_rows(asked, drawn), _readable, parted=False)
    elif drawn.keys:
        tell(_quoted(asked, drawn).removesuffix("\n"))


def _quoted(asked: Asked, drawn: Drawn) -> str:
    """What was drawn as the desk copies it: captions are the pages', in a program of its own."""
    analysis = written.as_json(asked.analysis)
    given = msgspec.json.encode({"analysis": analysis, "drawn": drawn}).decode()
    data = str(asked.store.data.absolute())
    with Program(QUOTES, data, asked.form, given=given) as quoting:
        done = quoting.ended
    if done.status:
        raise Unusable(done.problem or "The quotes could not be written.", done.status)
    return done.out


def _rows(asked: Asked, drawn: Drawn) -> pl.DataFrame:
    """What was drawn, in its order: each with its text, and how it was chosen."""
    found = transcripts.of(asked.store, asked.analysis.rule, drawn.keys)
    return found.with_columns(
        draw=pl.lit(drawn.way), seed=pl.lit(drawn.seed), chosen=pl.lit(drawn.told)
    )


def _readable(rows: pl.DataFrame) -> pl.DataFrame:
    short = [harmless.short(text or "–", SHOWN) for text in rows["answer"]]
    return rows.select(
        "sample_key",
        *("experiment", "model", "dataset", "intervention"),
        pl.col("question_text").alias("question"),
        pl.Series("answer", short, dtype=pl.String()),
    )
