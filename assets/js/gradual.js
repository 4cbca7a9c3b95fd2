// The schedule of gradual unfreezing as a small table of epoch and stage. Knows the frozen stages and the text of the
// schedule ("2:blocks.5,4:blocks.4"), nothing of training.
const value = () => props.value || {};
const frozen = () => value().frozen || [];
let rows = [];
let reported = '';
let drawn = ''; // the stages and the language of what stands there
const whole = el('details', { class: 'gradual' });
root.append(whole);

function read(text) {
  return (text || '').split(',').map((part) => part.trim().split(':')).filter((part) => part.length === 2)
    .map(([epoch, stage]) => ({ epoch: Number.parseInt(epoch, 10), stage: stage.trim() })).filter((row) => row.epoch >= 1 && row.stage);
}

function written() {
  return [...rows].sort((one, other) => one.epoch - other.epoch).map((row) => `${row.epoch}:${row.stage}`).join(',');
}

const report = once(() => {
  if (written() === reported) return;
  reported = written();
  props.value = { ...value(), gradual: written() };
  trigger('schedule', { gradual: written() });
}, 200);

function changed() {
  paint();
  report();
}

function line(row, at) {
  const epoch = el('input', {
    type: 'number', min: 2, max: 1000, value: row.epoch, class: 'thaw-input', 'data-keep': 'epoch' + at, 'aria-label': `${say('gradual.row', { n: at + 1 })}: ${say('gradual.epoch')}`,
    onchange: () => { row.epoch = Math.max(2, Math.min(1000, Number.parseInt(epoch.value, 10) || 2)); epoch.value = row.epoch; report(); },
  });
  const stage = el('select', {
    class: 'thaw-input', 'data-keep': 'stage' + at, 'aria-label': `${say('gradual.row', { n: at + 1 })}: ${say('gradual.stage')}`, onchange: () => { row.stage = stage.value; report(); },
  }, frozen().map((item) => el('option', { value: item.name }, `${item.title} (${item.name})`)));
  stage.value = row.stage;
  const remove = el('button', { type: 'button', class: 'thaw-button quiet', 'data-keep': 'remove' + at, 'aria-label': say('gradual.remove', { n: at + 1 }), onclick: () => { rows.splice(at, 1); changed(); } }, icon('close', 16));
  return el('tr', {}, el('td', {}, epoch), el('td', {}, stage), el('td', {}, remove));
}

// The deepest frozen stage first, and no stage twice.
function next() {
  const used = rows.map((row) => row.stage);
  return [...frozen()].reverse().find((item) => !used.includes(item.name));
}

function add() {
  const stage = next();
  if (!stage) return;
  rows.push({ epoch: Math.max(1, ...rows.map((row) => row.epoch)) + 1, stage: stage.name });
  changed();
}

function suggest() {
  rows = [...frozen()].reverse().slice(0, 3).map((item, at) => ({ epoch: at + 2, stage: item.name }));
  changed();
}

function paint() {
  const open = whole.open || rows.length > 0;
  const heads = ['gradual.epoch', 'gradual.stage'].map((key) => el('th', { scope: 'col' }, say(key)));
  const table = rows.length ? el('div', { class: 'thaw-scroll', tabindex: 0, role: 'group', 'aria-label': say('gradual.title') },
    el('table', { class: 'thaw-table' }, el('thead', {}, el('tr', {}, heads, el('td', {}))), el('tbody', {}, rows.map(line)))) : null;
  const buttons = frozen().length ? el('div', { class: 'thaw-buttons' },
    next() ? el('button', { type: 'button', class: 'thaw-button', 'data-keep': 'add', onclick: add }, say('gradual.add')) : null,
    el('button', { type: 'button', class: 'thaw-button', 'data-keep': 'suggest', onclick: suggest }, say('gradual.suggest'))) : el('p', { class: 'muted' }, say('gradual.none'));
  redraw(whole, el('summary', { 'data-keep': 'title' }, say('gradual.title')), el('p', { class: 'muted' }, say('gradual.lead')), table, buttons);
  whole.open = open;
}

// A stage that thawed meanwhile has no line any more. Where our own report comes back, nothing is drawn anew: a number
// that is typed just now stays.
function render() {
  const before = value().gradual ?? written(); // null: the ice moved, and the lines stay as they are
  const drawnNow = JSON.stringify([frozen(), dictionary().language]);
  if (drawnNow === drawn && before === written()) return;
  drawn = drawnNow;
  const names = frozen().map((item) => item.name);
  rows = read(before).filter((row) => names.includes(row.stage));
  paint();
  if (value().gradual !== null && value().gradual !== undefined) reported = before;
  if (names.length) report();
}

watch(['value', 'words'], render);
render();
