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

// What shows the results anew leaves the keyboard where it was.
let held = ''; // the number that has it
document.addEventListener('focusin', (event) => {
  const button = element.contains(event.target) && event.target.closest('[data-show]');
  held = button ? button.dataset.show : '';
});
new MutationObserver(() => {
  if (!held || document.activeElement !== document.body) return;
  const same = [...element.querySelectorAll('[data-show]')].find((one) => one.dataset.show === held);
  if (same) same.focus({ preventScroll: true });
}).observe(element, { childList: true, subtree: true });
