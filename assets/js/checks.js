// Questions about a run that take a while: asked by a button, worked on in the background, kept with the run. Knows
// their route; what was found before comes with the value.
const value = () => props.value || {};
const QUESTIONS = ['answers', 'sturdiness', 'learning_curve', 'looks'];
let run = null;
const found = {}; // by name: {state, done, total, message, told, ...}
const askers = Object.fromEntries(QUESTIONS.map((name) => [name, asker((reply) => { found[name] = reply; paint(); if (reply.state === 'ready') trigger('found', { run: value().run }); })]));
const cards = Object.fromEntries(QUESTIONS.map((name) => [name, el('section', { class: 'thaw-card', id: 'check-' + name })]));
root.append(el('div', { class: 'checks' }, Object.values(cards)));

function ask(name) {
  found[name] = { state: 'working', done: 0, total: 0 };
  paint();
  askers[name]('thaw/runs/' + value().run + '/insight?name=' + name);
}

function stop(name) {
  askers[name]('');
  fetch('thaw/runs/' + value().run + '/insight?name=' + name + '&stop=1').catch(() => {});
  delete found[name];
  paint();
}

function sturdy({ rows }) {
  const heads = ['checks.change', 'checks.right', 'checks.before'].map((key) => el('th', { scope: 'col' }, say(key)));
  const line = ([name, right, whole, before, weak]) => el('tr', { class: weak ? 'weak' : '' }, el('th', { scope: 'row' }, weak ? icon('warning', 14) : null, ' ', name),
    el('td', {}, percent(right / Math.max(1, whole)) + ' %', bar(right / Math.max(1, whole))), el('td', {}, percent(before / Math.max(1, whole)) + ' %'));
  return el('table', { class: 'thaw-table' }, el('thead', {}, el('tr', {}, heads)), el('tbody', {}, rows.map(line)));
}

function bar(share) {
  return el('span', { class: 'mini-bar', 'aria-hidden': 'true' }, el('i', { style: { width: 100 * share + '%' } }));
}

function grown({ points }) {
  const line = ([pictures, accuracy]) => el('tr', {}, el('th', { scope: 'row' }, grouped(pictures)), el('td', {}, percent(accuracy) + ' %', bar(accuracy)));
  return el('table', { class: 'thaw-table' }, el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, say('checks.learned_from')), el('th', { scope: 'col' }, say('checks.right')))), el('tbody', {}, points.map(line)));
}

function looked({ classes }) {
  return el('ul', { class: 'looks' }, classes.map((one) => el('li', {}, heatCanvas(one.map, 84), el('b', {}, one.name),
    one.warning ? el('p', { class: 'small' }, icon('warning', 14), ' ', one.warning) : el('small', { class: 'muted' }, say('checks.looked_fine', { n: one.pictures })))));
}

const SHOWS = { answers: () => null, sturdiness: sturdy, learning_curve: grown, looks: looked };

function body(name) {
  const reply = found[name];
  if (!reply) return [el('button', { type: 'button', class: 'thaw-button', 'data-keep': 'ask-' + name, onclick: () => ask(name) }, say(name === 'answers' ? 'checks.ask_again' : 'checks.ask'))];
  if (reply.state === 'working') {
    const share = reply.total ? reply.done / reply.total : 0;
    return [waitingLine(reply.total ? say('checks.working', { done: grouped(reply.done), total: grouped(reply.total) }) : say('checks.starting')),
      el('div', { class: 'thaw-bar', 'aria-hidden': 'true' }, el('i', { style: { width: 100 * share + '%' } })),
      el('button', { type: 'button', class: 'thaw-button quiet small', 'data-keep': 'stop-' + name, onclick: () => stop(name) }, say('checks.stop'))];
  }
  if (reply.state === 'failed') return [el('p', { role: 'status' }, icon('warning', 16), ' ', reply.message), el('button', { type: 'button', class: 'thaw-button', 'data-keep': 'ask-' + name, onclick: () => ask(name) }, say('checks.again'))];
  return [reply.told ? el('p', { role: 'status' }, reply.told) : null, SHOWS[name](reply)];
}

function paint() {
  root.hidden = !value().run;
  if (root.hidden) return;
  QUESTIONS.forEach((name) => { cards[name].hidden = (name === 'answers') !== Boolean(value().is_old); });
  QUESTIONS.forEach((name) => redraw(cards[name], el('h3', {}, say('checks.' + name)), el('p', { class: 'muted' }, say('checks.' + name + '_lead')), body(name)));
}

function render() {
  if (run !== value().run) {
    run = value().run;
    QUESTIONS.forEach((name) => { delete found[name]; askers[name](''); });
  }
  Object.entries(value().kept || {}).forEach(([name, kept]) => { found[name] = { state: 'ready', ...kept }; });
  paint();
}

watch(['value', 'words'], render);
render();
