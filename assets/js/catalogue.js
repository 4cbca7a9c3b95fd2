// The whole catalogue behind a search box: a table to sort and filter, and accuracy against cost to choose from.
// Knows the route of the catalogue, whose list it asks for once, when it is first opened.
const SHOWN = 20;
const COLUMNS = ['title', 'family', 'top1', 'gmacs', 'size', 'parameters', 'megabytes', 'licence', 'here'];
const value = () => props.value || {};
const work = (gmacs) => (gmacs < 100 ? String(Number(gmacs.toPrecision(2))) : grouped(Math.round(gmacs)));
let networks = null;
let asking = false;
let order = { column: 'recommended', falling: false };
let most = SHOWN;
const wish = { text: '', family: '', here: false };
const search = el('input', { type: 'search', class: 'thaw-input', maxlength: 100, oninput: () => { wish.text = search.value; most = SHOWN; list(); } });
const family = el('select', { class: 'thaw-input', onchange: () => { wish.family = family.value; most = SHOWN; list(); } });
const here = el('input', { type: 'checkbox', id: 'catalogue-here', onchange: () => { wish.here = here.checked; most = SHOWN; list(); } });
const chart = el('div', { class: 'catalogue-chart' });
const listed = el('div', {});
const said = el('p', { class: 'muted', role: 'status', 'aria-live': 'polite' });
const body = el('div', { class: 'catalogue-body' });
const whole = el('details', { class: 'catalogue thaw-card', ontoggle: () => { if (whole.open) fill(); } });
root.append(whole);

async function fill() {
  if (networks || asking) { list(); return; }
  asking = true;
  said.textContent = say('catalogue.loading');
  try {
    const answer = await fetch(inLanguage('thaw/networks'));
    const reply = await answer.json();
    if (!answer.ok) throw new Error(reasonOf(reply));
    networks = reply.networks;
    frame();
    list();
  } catch (error) { said.textContent = say('catalogue.failed', { reason: error.message }); }
  asking = false;
}

function wanted() {
  const words = wish.text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (item) => (!wish.family || item.family === wish.family) && (!wish.here || item.here)
    && words.every((word) => (item.name + ' ' + item.title + ' ' + item.family).toLowerCase().includes(word));
  return networks.filter(fits).sort(before);
}

// Unknown numbers come last whichever way it is sorted; the recommended come first in the order that they were given.
function before(one, other) {
  if (order.column === 'recommended') return one.rank - other.rank;
  const [a, b] = [one[order.column], other[order.column]];
  if (a === null || b === null || a === undefined || b === undefined) return (a ?? null) === null ? ((b ?? null) === null ? 0 : 1) : -1;
  const turned = order.falling ? -1 : 1;
  return turned * (typeof a === 'string' ? a.localeCompare(b) : Number(a) - Number(b));
}

function head(column) {
  const sorted = order.column === column;
  const turn = () => { order = { column, falling: sorted ? !order.falling : column === 'top1' || column === 'here' }; list(); };
  return el('th', { scope: 'col', 'aria-sort': sorted ? (order.falling ? 'descending' : 'ascending') : null },
    el('button', { type: 'button', class: 'sorter', 'data-keep': column, onclick: turn }, say('catalogue.' + (column === 'title' ? 'name' : column)), sorted ? (order.falling ? ' ↓' : ' ↑') : ''));
}

function cells(item) {
  const known = (number, text) => (number === null || number === undefined ? '–' : text(number));
  return [
    el('td', {}, item.family), el('td', {}, known(item.top1, (n) => n.toFixed(1) + ' %')), el('td', {}, known(item.gmacs, work)), el('td', {}, item.size + ' px'),
    el('td', {}, known(item.parameters, compact)), el('td', {}, known(item.megabytes, (n) => Math.round(n) + ' MB')), el('td', {}, item.licence || '–'),
    el('td', {}, item.here ? el('span', { class: 'here' }, icon('check', 15), say('catalogue.yes')) : say('catalogue.no'))];
}

function row(item) {
  const chosen = item.name === value().chosen;
  const button = el('button', { type: 'button', class: 'net-pick', 'data-keep': item.name, 'aria-pressed': String(chosen), onclick: () => pick(item.name) },
    el('strong', {}, item.title), el('small', {}, item.name));
  return el('tr', { class: chosen ? 'chosen' : null }, el('th', { scope: 'row' }, button, item.recommended ? el('small', { class: 'badge' }, say('catalogue.recommended')) : null), cells(item));
}

function pick(name) {
  if (name === value().chosen) return;
  props.value = { ...value(), chosen: name };
  list();
  trigger('pick', { name });
}

function list() {
  if (!networks) return;
  const found = wanted();
  const table = el('table', { class: 'thaw-table' }, el('thead', {}, el('tr', {}, COLUMNS.map(head))), el('tbody', {}, found.slice(0, most).map(row)));
  const rest = found.length - most;
  redraw(listed, el('div', { class: 'thaw-scroll', tabindex: 0, role: 'group', 'aria-label': say('catalogue.title') }, table),
    rest > 0 ? el('button', { type: 'button', class: 'thaw-button', 'data-keep': 'more', onclick: () => { most += 4 * SHOWN; list(); } }, say('catalogue.more', { n: grouped(rest) })) : null);
  said.textContent = say('catalogue.found', { n: grouped(found.length), total: grouped(networks.length) });
  draw(found);
}

function draw(found) {
  const points = found.filter((item) => item.top1 && item.gmacs).map((item) => ({
    ...item, x: item.gmacs, y: item.top1 / 100,
    about: `${item.title}\n${item.name}\n${say('cards.imagenet', { percent: item.top1.toFixed(1) })}, ${say('catalogue.gmacs')} ${work(item.gmacs)}`,
  }));
  scatter(chart, points, {
    xLabel: say('catalogue.x'), yLabel: say('catalogue.y'), xText: (n) => String(Number(n.toPrecision(2))), chosen: value().chosen, onpick: pick, height: 280,
  });
}

function frame() {
  const families = [...new Set((networks || []).map((item) => item.family))].sort();
  family.replaceChildren(el('option', { value: '' }, say('catalogue.any_family')), ...families.map((name) => el('option', { value: name }, name)));
  family.value = wish.family;
  search.placeholder = say('catalogue.placeholder');
  body.replaceChildren(
    el('p', { class: 'muted' }, say('catalogue.lead')),
    el('div', { class: 'catalogue-wishes' }, el('label', {}, say('catalogue.search'), search), el('label', {}, say('catalogue.family'), family),
      el('label', { class: 'tick' }, here, say('catalogue.only_here'))),
    said, chart, listed);
  whole.replaceChildren(el('summary', {}, say('catalogue.title')), body);
}

function render() {
  frame();
  if (whole.open) fill();
}

watch(['value', 'words'], render);
new ResizeObserver(once(() => { if (root.offsetWidth && whole.open) list(); }, 80)).observe(root);
render();
