// The drawer of runs, reachable from every tab, and the small sign of a run under way. Asks for the list when it opens.
const READ_PAUSE = 2500;
const value = () => props.value || {};
let watched = '';
let signText = '';
let rows = [];
let before = ''; // the list as it came last
let picked = []; // the runs to be compared

const button = el('button', { type: 'button', class: 'thaw-button runs-button', 'aria-haspopup': 'dialog', onclick: open });
const dialog = el('dialog', { class: 'runs-drawer', 'aria-labelledby': 'runs-title' });
const title = el('h2', { id: 'runs-title' });
const shut = el('button', { type: 'button', class: 'thaw-button quiet', onclick: () => dialog.close() }, icon('close', 18));
const search = el('input', { type: 'search', class: 'thaw-input', oninput: () => { asked.text = search.value; paintList(); } });
const states = el('select', { class: 'thaw-input', onchange: () => { asked.state = states.value; paintList(); } });
const sorting = el('select', { class: 'thaw-input', onchange: () => sortBy(sorting.value) });
const compareButton = el('button', { type: 'button', class: 'thaw-button primary', onclick: () => showVersus() });
const tools = el('div', { class: 'runs-tools' });
const status = el('p', { class: 'runs-status', role: 'status' });
const count = el('p', { class: 'muted small', role: 'status' });
const table = el('table', { class: 'thaw-table runs-table', role: 'table', 'aria-labelledby': 'runs-title' });
const list = el('div', { class: 'runs-list' }, tools, count, status, table);
const versus = el('div', { class: 'versus', hidden: true });
dialog.append(el('div', { class: 'runs-top' }, title, shut), list, versus);
root.append(button, dialog);
dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
// Escape leaves what is typed or asked first, and the drawer with the next press.
dialog.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !(editing || asking)) return;
  event.preventDefault();
  const item = rows.find((one) => one.run === (editing || asking));
  const keep = (editing ? 'edit-' : 'delete-') + item.run;
  [editing, asking] = ['', ''];
  paintList();
  focusOn(keep);
});

function tell(text) {
  status.textContent = text;
}

let opening = 0;
async function open() {
  opening += 1;
  const mine = opening;
  if (!dialog.open) dialog.showModal();
  tell('');
  showList();
  await refresh();
  while (alive() && dialog.open && mine === opening) {
    await new Promise((wake) => setTimeout(wake, READ_PAUSE));
    if (dialog.open && mine === opening && !document.hidden && !editing && rows.some((item) => UNDER_WAY.includes(item.state))) await refresh(true);
  }
}

async function read() {
  const found = (await ask('thaw/runs')).runs;
  const isNew = JSON.stringify(found) !== before;
  before = JSON.stringify(found);
  rows = found;
  picked = picked.filter((run) => rows.some((item) => item.run === run));
  return isNew;
}

async function refresh(quietly = false) {
  try {
    if (await read() || !quietly) paintList();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (!quietly) tell(say('runs.not_loaded', { reason: error.message }));
  }
}

function choose(run) {
  dialog.close();
  trigger('choose', { run });
}

function copySettings(run) {
  dialog.close();
  trigger('copy', { run });
}

function showList() {
  [versus.hidden, list.hidden] = [true, false];
  title.textContent = say('runs.title');
  paintList();
}

function paintList() {
  const shown = lines();
  redraw(table, heads(), el('tbody', { role: 'rowgroup' }, shown));
  table.hidden = !shown.length;
  tools.hidden = !rows.length;
  const text = !rows.length ? say('runs.empty') : shown.length ? say('runs.count', { shown: grouped(rows.filter(fits).length), all: grouped(rows.length) }) : say('runs.none_fit');
  if (count.textContent !== text) count.textContent = text;
  compareButton.textContent = picked.length > 1 ? say('runs.compare_n', { n: picked.length }) : say('runs.compare');
  compareButton.disabled = picked.length < 2;
  sorting.value = asked.by;
}

function paintTools() {
  const labelled = (key, box, kind) => el('label', { class: 'runs-tool ' + kind }, el('span', {}, say(key)), box);
  const option = (name, words) => el('option', { value: name }, words);
  states.replaceChildren(option('', say('runs.state_all')), option('active', say('runs.state_active')), ...ENDED.map((name) => option(name, say('state.' + name))));
  states.value = asked.state;
  sorting.replaceChildren(...COLUMNS.map((name) => option(name, say('runs.col_' + name))));
  search.placeholder = say('runs.find_hint');
  compareButton.title = say('runs.compare_hint');
  tools.replaceChildren(labelled('runs.find', search, 'find'), labelled('runs.states', states, ''), labelled('runs.sort', sorting, 'narrow'), compareButton);
}

function paintButton() {
  button.replaceChildren(icon('list', 18), say('runs.button'), signText ? el('span', { class: 'runs-sign' }, icon('flame', 14), signText) : '');
}

let language = '';
function render() {
  if (dictionary().language !== language) {
    language = dictionary().language;
    shut.setAttribute('aria-label', say('runs.close'));
    paintTools();
  }
  paintButton();
  if (dialog.open && !editing) paintList();
  if (value().shown !== watched) { watched = value().shown; signText = ''; paintButton(); follow(watched); }
}

// A run that ends while another tab is looked at: Results and Try learn of it here.
let round = 0;
async function follow(run) {
  round += 1;
  const mine = round;
  let offset = 0;
  let seen = false;
  while (alive() && run && mine === round) {
    try {
      const answer = await fetch(`thaw/runs/${run}/view?from=${offset}`);
      if (answer.status === 404) return;
      const reply = await answer.json();
      if (mine !== round) return;
      offset = reply.next;
      const ended = ENDED.includes(reply.state);
      if (!reply.records.length && ended) { if (seen) trigger('ended', { run }); break; }
      seen = seen || !ended;
      const phase = reply.records.filter((item) => item.kind === 'phase' || item.kind === 'step_done').pop();
      if (phase && seen) signText = sign(phase);
      paintButton();
    } catch { /* the live panel says that the connection is gone */ }
    await new Promise((wake) => setTimeout(wake, seen ? 1500 : 60));
  }
  if (mine === round) { signText = ''; paintButton(); }
}

// Only training has a share that means the run; of the short phases before and after it there is just the flame.
function sign(item) {
  return item.kind === 'step_done' ? Math.floor((100 * item.step) / item.steps) + ' %' : '…';
}

onGoesOn((run) => { if (run === watched) follow(run); });
watch(['value', 'words'], render);
render();
