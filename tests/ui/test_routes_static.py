"""The page's own files: a fixed list, packed once, kept long."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tl_ui.guard import NotFoundError
from tl_ui.routes_static import Assets


def test_plotly_comes_from_its_wheel_packed_and_is_kept(client: TestClient) -> None:
    answer = client.get("/thaw/assets/plotly.min.js", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 2_000_000
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=604800"
    assert b"plotly.js v" in answer.content[:200]
    again = client.get("/thaw/assets/plotly.min.js", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = client.get("/thaw/assets/plotly.min.js", headers={"accept-encoding": "identity"})
    assert plain.content == answer.content
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    "name", ["missing.js", "..%2fapp.py", "../routes.py", "%2fetc%2fpasswd", "plotly.min.js%00.css"]
)
def test_what_is_not_on_the_list_is_not_served(client: TestClient, name: str) -> None:
    assert client.get(f"/thaw/assets/{name}").status_code == 404


def test_the_list_holds_the_files_of_the_folder_and_no_other_kind(tmp_path: Path) -> None:
    (tmp_path / "style.css").write_text("body {}")
    (tmp_path / "secret.txt").write_text("no")
    (tmp_path / "inner.css").mkdir()
    assets = Assets(tmp_path)
    style = assets.get("style.css")
    assert (style.body, style.media_type) == (b"body {}", "text/css")
    assert gzip.decompress(style.packed or b"") == b"body {}"
    for name in ("secret.txt", "inner.css"):
        with pytest.raises(NotFoundError, match="There is no file"):
            assets.get(name)
