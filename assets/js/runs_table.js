// The list of runs as a table: searched, filtered and sorted here in the browser. Knows the lines that Python made.
const COLUMNS = ['name', 'state', 'network', 'accuracy', 'created'];
const DOWN_FIRST = ['accuracy', 'created'];
const MOST_COMPARED = 5;
const asked = { text: '', state: '', by: 'created', down: true };

function fits(item) {
  if (asked.state === 'active' ? !UNDER_WAY.includes(item.state) : asked.state && item.state !== asked.state) return false;
  const all = [item.name, item.note, item.network, item.backbone, item.pictures, stateWords(item.state, item.sign)].join('\n').toLowerCase();
  return asked.text.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

// What has no value stands at the end, whichever way it is sorted.
function ordered(items) {
  const way = asked.down ? -1 : 1;
  return [...items].sort((one, other) => {
    const [a, b] = [one[asked.by], other[asked.by]];
    if (a === null || b === null) return (a === null) - (b === null);
    return way * (typeof a === 'string' ? a.localeCompare(b, undefined, { numeric: true }) : a - b);
  });
}

function sortBy(column) {
  asked.down = asked.by === column ? !asked.down : DOWN_FIRST.includes(column);
  asked.by = column;
  paintList();
}

function heads() {
  const sorted = (column) => (asked.by === column ? (asked.down ? 'descending' : 'ascending') : 'none');
  const sortable = COLUMNS.map((column) => el('th', { role: 'columnheader', scope: 'col', 'aria-sort': sorted(column) },
    el('button', { type: 'button', class: 'runs-sort', 'data-keep': 'sort-' + column, onclick: () => sortBy(column) },
      say('runs.col_' + column), el('span', { 'aria-hidden': 'true' }, asked.by === column ? (asked.down ? ' ↓' : ' ↑') : ''))));
  const unnamed = (name) => el('th', { role: 'columnheader', scope: 'col' }, el('span', { class: 'thaw-unseen' }, say('runs.col_' + name)));
  return el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, unnamed('pick'), sortable, unnamed('do')));
}

function pickBox(item) {
  const box = el('input', { type: 'checkbox', 'data-keep': 'pick-' + item.run, 'aria-label': say('runs.pick_of', { name: item.name }), onchange: () => pick(item, box.checked) });
  box.checked = picked.includes(item.run);
  box.disabled = !box.checked && picked.length >= MOST_COMPARED;
  return box;
}

function pick(item, isPicked) {
  picked = isPicked ? [...picked, item.run] : picked.filter((run) => run !== item.run);
  paintList();
}

function moment(seconds) {
  return new Date(1000 * seconds).toLocaleString(dictionary().language, { dateStyle: 'medium', timeStyle: 'short' });
}

function rate(item) {
  if (item.accuracy === null) return [el('span', { class: 'muted' }, '–')];
  const likely = item.low === null ? null : el('small', { class: 'muted' }, say('runs.likely', { low: percent(item.low), high: percent(item.high) }));
  return [el('b', {}, percent(item.accuracy) + ' %'), likely];
}

function cell(column, ...content) {
  return el('td', { role: 'cell', class: 'runs-' + column, 'data-head': say('runs.col_' + column) }, ...content);
}

function mainRow(item) {
  const isShown = item.run === value().shown;
  const isOpen = opened === item.run;
  const open = el('button', { type: 'button', class: 'thaw-button small', 'data-keep': 'open-' + item.run, 'aria-label': say('runs.open_of', { name: item.name }), onclick: () => choose(item.run) }, say('runs.open'));
  const more = el('button', { type: 'button', class: 'thaw-button quiet small', 'data-keep': 'more-' + item.run, 'aria-expanded': String(isOpen), 'aria-label': say('runs.more_of', { name: item.name }), onclick: () => toggle(item) }, say('runs.more'), icon('updown', 14));
  return el('tr', { role: 'row', class: 'runs-row' + (isOpen ? ' open' : ''), 'data-run': item.run, 'aria-current': isShown ? 'true' : null },
    cell('pick', pickBox(item)),
    el('th', { role: 'rowheader', scope: 'row', class: 'runs-name' }, nameIn(item), isShown ? el('small', { class: 'runs-shown' }, say('runs.shown')) : null),
    cell('state', stateChip(item.state, item.sign, 15), item.why ? el('small', { class: 'muted' }, item.why) : null),
    cell('network', item.network, el('small', { class: 'muted' }, [item.ice, item.pictures].filter(Boolean).join(' · '))),
    cell('accuracy', rate(item)),
    cell('created', moment(item.created), item.seconds === null ? null : el('small', { class: 'muted' }, say('runs.took', { duration: duration(item.seconds) }))),
    cell('do', open, more));
}

function lines() {
  return ordered(rows.filter(fits)).flatMap((item) => (opened === item.run ? [mainRow(item), moreRow(item)] : [mainRow(item)]));
}
