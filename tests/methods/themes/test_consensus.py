"""What the small maps of texts agree on."""

import numpy as np
import scipy.linalg

from pipeline.methods.themes.consensus import _agree


def test_texts_lie_where_they_lay_when_the_quick_way_to_their_places_fails(monkeypatch):
    evidence = (np.random.default_rng(7).random((40, 12)) > 0.6).astype(float) + 0.01
    quick = _agree(evidence, 5).axes
    real = scipy.linalg.svd

    def fails_quickly(matrix, *, lapack_driver="gesdd", **options):
        if lapack_driver == "gesdd":
            raise scipy.linalg.LinAlgError("SVD did not converge")
        return real(matrix, lapack_driver=lapack_driver, **options)

    monkeypatch.setattr(scipy.linalg, "svd", fails_quickly)
    slow = _agree(evidence, 5).axes
    assert np.allclose(np.abs(slow), np.abs(quick), atol=1e-8)
