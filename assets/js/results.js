// Numbers that lead to pictures: a press on one tells the window of pictures which ones are meant. Knows no picture.
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-show], [data-jump]');
  if (!button) return;
  if (button.dataset.show) {
    const detail = { show: button.dataset.show, at: Number(button.dataset.at || 0) };
    window.dispatchEvent(new CustomEvent('thaw-show', { detail }));
    return;
  }
  const part = document.getElementById(button.dataset.jump);
  if (!part) return;
  part.scrollIntoView({ block: 'center' });
  const first = part.querySelector('select, input, button');
  if (first) first.focus({ preventScroll: true });
});

// The matrix is one stop of the tab key; arrows go from number to number inside it.
element.addEventListener('keydown', (event) => {
  const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
  const cell = event.target.closest('.confusion td, .confusion th');
  if (!step || !cell) return;
  const rows = [...cell.closest('table').rows];
  let [row, column] = [rows.indexOf(cell.parentElement), cell.cellIndex];
  do {
    row += step[0];
    column += step[1];
    const next = rows[row] && rows[row].cells[column];
    if (!next) return;
    const button = next.querySelector('[data-show]');
    if (button) {
      event.preventDefault();
      cell.closest('table').querySelectorAll('[data-show]').forEach((one) => { one.tabIndex = -1; });
      button.tabIndex = 0;
      button.focus();
      return;
    }
  } while (true);
});
