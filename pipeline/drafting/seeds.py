"""Which columns are the seeds of runs: those of sampling are called alike."""

from pipeline.drafting.survey import SurveyedColumn

OF_RUNS = ("train_seed", "training_seed", "run_seed", "model_seed", "ft_seed", "finetune_seed")
OF_ANY = ("seed", "random_seed", "rng_seed")
"""How seeds are called, be they those of fine-tuning or those of sampling."""

MOST = 20
"""So many runs that differ in their seed alone nobody makes: more are seeds of sampling."""


def are_of_runs(column: SurveyedColumn) -> bool:
    """Whether its values may be: a run has several answers, and there are a few runs."""
    count = column.distinct
    return count == 1 or (count <= MOST and 2 * count <= len(column.values))


def doubt(column: SurveyedColumn, name: str) -> str:
    """What is to be asked of a column of this name that is taken for the seed; often nothing."""
    is_sure = name in OF_RUNS or column.distinct == 1
    return "" if is_sure else "? leave it out where it is that of sampling; "
