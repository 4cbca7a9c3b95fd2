// The split as a table: taken away, and brought back. Knows its routes.
const value = () => props.value || {};
const input = el('input', { type: 'file', class: 'thaw-hidden-input', accept: '.csv,text/csv', tabindex: -1, 'aria-hidden': 'true' });
const row = el('div', { class: 'album-row' });
const note = el('p', { class: 'drop-status', role: 'status' });
root.append(input, row, note);

function tell(text, kind) {
  note.textContent = text;
  note.className = 'drop-status ' + kind;
}

input.addEventListener('change', async () => {
  const file = input.files[0];
  input.value = '';
  if (!file) return;
  try {
    await sendBytes('thaw/datasets/' + value().dataset + '/split', file, () => {});
    tell(say('split.brought'), 'good');
    trigger('changed', { dataset: value().dataset });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tell(error.message, 'bad');
  }
});

let shown = ''; // what was told is about this dataset
function render() {
  if (shown !== value().dataset) { tell('', ''); shown = value().dataset; }
  root.hidden = !value().dataset;
  row.replaceChildren(
    el('a', { class: 'thaw-button quiet small', href: inLanguage('thaw/datasets/' + value().dataset + '/split.csv'), download: 'split.csv' }, icon('fetch', 16), say('split.download')),
    el('button', { type: 'button', class: 'thaw-button quiet small', onclick: () => input.click() }, icon('upload', 16), say('split.bring')));
}

watch('words', render);
watch('value', render);
render();
