"""Which of other answers is nearest to each of some, by their words."""

from collections.abc import Sequence

import numpy as np


def nearest(own: Sequence[str], others: Sequence[str]) -> list[tuple[int, int, float]]:
    """Each of the others at most once beside one of one's own, the nearest pairs first.

    Near is the cosine of TF-IDF weights of words, signs and pairs of them (scikit-learn's
    TfidfVectorizer, sublinear). Pairs are taken greedily: the nearest of all, then the nearest of
    those left.

    Returns:
        (place among one's own, place among the others, nearness from 0 to 1) of each pair.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer  # slow to load

    if not any(text.strip() for text in own) or not any(text.strip() for text in others):
        return [(at, at, 0.0) for at in range(min(len(own), len(others)))]
    weigh = TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\w+|[^\w\s]", ngram_range=(1, 2))
    weights = weigh.fit_transform([*own, *others])
    near = (weights[: len(own)] @ weights[len(own) :].T).toarray()
    pairs = []
    for _ in range(min(near.shape)):
        one, other = np.unravel_index(int(np.argmax(near)), near.shape)
        pairs.append((int(one), int(other), float(near[one, other])))
        near[one, :] = near[:, other] = -1
    return pairs
