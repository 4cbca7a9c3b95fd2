"""A box that is drawn anew while somebody types in it leaves the keyboard where it was."""

from __future__ import annotations

from tests.browser.conftest import ROOT, App, Watched
from tests.browser.steps import open_page

SCRIPT = (ROOT / "assets" / "js" / "dom.js").read_text(encoding="utf-8")
DRAWN_TWICE = """([script, type, value]) => {
  const redraw = new Function('element', 'props', script + '; return redraw;')(document.body, {});
  const box = document.createElement('div');
  document.body.append(box);
  const draw = () => {
    const input = Object.assign(document.createElement('input'), { type, value });
    input.dataset.keep = 'name';
    redraw(box, input);
    return input;
  };
  const first = draw();
  first.focus();
  if (type === 'text') first.setSelectionRange(1, 3);
  const second = draw();
  const found = [second !== first, document.activeElement === second, second.selectionStart, second.selectionEnd];
  box.remove();
  return found;
}"""


def test_the_letters_that_were_chosen_stay_chosen(app: App, watched: Watched) -> None:
    open_page(watched.page, app.url)
    assert watched.page.evaluate(DRAWN_TWICE, [SCRIPT, "text", "cup"]) == [True, True, 1, 3]
    assert watched.page.evaluate(DRAWN_TWICE, [SCRIPT, "number", "3"]) == [True, True, None, None]
