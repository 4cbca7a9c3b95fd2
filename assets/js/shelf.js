// The sets of pictures of this workspace: use one, give it another name, delete it after asking. Knows their routes.
const value = () => props.value || {};
let asking = '';
let naming = '';
const list = el('ul', { class: 'shelf' });
const note = el('p', { class: 'drop-status bad', role: 'status' });
const title = el('h4', {});
root.append(title, list, note);

async function attempt(work) {
  try { note.textContent = ''; await work(); } catch (error) {
    if (!(error instanceof Refused)) throw error;
    note.textContent = error.message;
  }
}

const choose = (row) => trigger('choose', { dataset: row.id });

async function remove(row) {
  asking = '';
  await attempt(async () => {
    await ask('thaw/datasets/' + row.id + '/delete', {});
    trigger('changed', { dataset: row.id });
  });
  render();
}

async function rename(row, name) {
  naming = '';
  await attempt(async () => {
    if (name && name !== row.name) await ask('thaw/datasets/' + row.id + '/rename', { name });
    trigger('changed', { dataset: row.id });
  });
  render();
}

function focusIn(row, part) {
  render();
  const found = list.querySelector('[data-row="' + row.id + '"] ' + part);
  if (found) found.focus();
}

function question(row) {
  return el('div', { class: 'shelf-ask', role: 'alertdialog', 'aria-label': say('shelf.sure', { name: row.name }) },
    el('p', {}, say('shelf.sure', { name: row.name })), el('p', { class: 'muted small' }, say('shelf.originals')),
    el('div', { class: 'thaw-buttons' },
      el('button', { type: 'button', class: 'thaw-button small danger', onclick: () => remove(row) }, say('shelf.delete')),
      el('button', { type: 'button', class: 'thaw-button small keep-it', onclick: () => { asking = ''; focusIn(row, '.shelf-delete'); } }, say('shelf.keep'))));
}

function nameForm(row) {
  const input = el('input', { type: 'text', class: 'thaw-input', value: row.name, maxlength: 80, 'aria-label': say('shelf.new_name') });
  input.addEventListener('keydown', (event) => { if (event.key === 'Escape') { naming = ''; focusIn(row, '.shelf-name'); } });
  return el('form', { class: 'album-row', onsubmit: (event) => { event.preventDefault(); rename(row, input.value.trim()); } },
    input, el('button', { type: 'submit', class: 'thaw-button small' }, say('shelf.rename')));
}

function line(row) {
  const isShown = row.id === value().chosen;
  const tool = (sign, whole, name, work) => el('button', { type: 'button', class: 'thaw-button quiet small ' + name, 'data-keep': name + row.id, 'aria-label': whole, title: whole, onclick: work }, icon(sign, 16));
  const what = naming === row.id ? nameForm(row) : el('button', { type: 'button', class: 'shelf-name', 'data-keep': row.id, 'aria-current': isShown ? 'true' : null, disabled: !row.ready, onclick: () => choose(row) },
    el('strong', {}, row.name), el('small', { class: 'muted' }, row.detail.flatMap((part, at) => [at ? ' · ' : '', el('span', {}, part)])));
  return el('li', { class: 'shelf-row' + (isShown ? ' shown' : ''), 'data-row': row.id }, what,
    row.ready ? tool('pencil', say('shelf.rename_of', { name: row.name }), 'shelf-rename', () => { naming = row.id; focusIn(row, 'input'); }) : null,
    tool('bin', say('shelf.delete_of', { name: row.name }), 'shelf-delete', () => { asking = row.id; focusIn(row, '.keep-it'); }),
    asking === row.id ? question(row) : null);
}

function render() {
  const rows = value().rows || [];
  root.hidden = !rows.length;
  title.textContent = say('shelf.title');
  redraw(list, rows.map(line));
}

watch('words', render);
watch('value', render);
render();
