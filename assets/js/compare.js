// The four networks of Simple on one small chart: what each can read of these pictures against seconds for an epoch.
// Knows the route of the comparison. A table says the same, and chooses too.
const value = () => props.value || {};
const TIMES = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18000, 36000, 86400]; // seconds to stand below
let reply = null;
const box = el('div', { class: 'compare-chart' });
const status = el('div', { role: 'status' });
const more = el('details', { class: 'compare-table' });
root.append(el('section', { class: 'compare thaw-card' }, box, status, more));
const ask = asker((said) => { reply = said; paint(); });

function titleOf(item) {
  return item.simple ? say('cards.' + item.simple) : item.title;
}

function share(item) {
  return say('compare.readable', { percent: percent(item.accuracy), low: percent(item.low), high: percent(item.high) });
}

function pick(name) {
  if (name === value().chosen) return;
  props.value = { ...value(), chosen: name };
  paint();
  trigger('pick', { name });
}

function missing(item) {
  if (item.message) return item.message;
  return say(item.here ? 'compare.waiting' : 'compare.not_here');
}

function chooser(item) {
  const chosen = item.name === value().chosen;
  return el('button', {
    type: 'button', class: 'thaw-chip', 'data-keep': item.name, 'aria-pressed': String(chosen), 'aria-label': say('compare.choose_it', { name: titleOf(item) }),
    onclick: () => pick(item.name),
  }, say(chosen ? 'compare.chosen' : 'compare.choose'));
}

function table(items) {
  const heads = ['compare.network', 'compare.accuracy', 'compare.seconds', 'compare.choose'].map((key) => el('th', { scope: 'col' }, say(key)));
  const rows = items.map((item) => el('tr', {},
    el('th', { scope: 'row' }, titleOf(item), ' ', el('small', { class: 'muted' }, item.title)),
    el('td', {}, item.accuracy === null ? missing(item) : share(item)),
    el('td', {}, item.seconds === null ? '–' : say('compare.about', { duration: brief(item.seconds) })),
    el('td', {}, chooser(item))));
  return el('div', { class: 'thaw-scroll', tabindex: 0, role: 'group', 'aria-label': say('compare.title') },
    el('table', { class: 'thaw-table' }, el('thead', {}, el('tr', {}, heads)), el('tbody', {}, rows)));
}

function paint() {
  const items = (reply && reply.networks) || [];
  root.firstChild.hidden = !value().dataset || !items.length;
  if (root.firstChild.hidden) return;
  const points = items.filter((item) => item.accuracy !== null && item.seconds).map((item) => ({
    ...item, title: titleOf(item), x: item.seconds, y: item.accuracy,
    about: [item.title, share(item), say('compare.about', { duration: brief(item.seconds) })].join('\n'),
  }));
  scatter(box, points, {
    xLabel: say('compare.x'), yLabel: say('compare.y'), xText: brief, xSteps: TIMES, chosen: value().chosen, named: true, onpick: pick, height: 220,
  });
  const under = items.filter((item) => item.accuracy === null);
  status.replaceChildren(
    el('p', { class: 'muted' }, points.length ? say('compare.hint') : ''),
    reply.state === 'working' ? waitingLine(say('compare.looking', { done: points.length, total: items.length - under.filter((item) => !item.here).length })) : '');
  more.hidden = !points.length;
  redraw(more, el('summary', { 'data-keep': 'table' }, say('compare.table')), table(items));
}

let asked = null;
function render() {
  const wanted = value().dataset || '';
  if (wanted !== asked) {
    asked = wanted;
    reply = null;
    ask(wanted && `thaw/datasets/${wanted}/networks`);
  }
  paint();
}

watch(['value', 'words'], render);
new ResizeObserver(once(() => { if (root.offsetWidth) paint(); }, 80)).observe(root);
render();
