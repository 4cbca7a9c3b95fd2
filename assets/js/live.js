// A run, watched: state, progress, charts, numbers, reasons, endings. Knows the routes of a run's view and of stopping.
const ENDED = ['finished', 'stopped', 'failed', 'lost'];
let run = '';
let view = emptyView();
let state = '';
let round = 0;
let wait = null;
let loss = null;
let hangs = false;
let told = '';
let stopping = false;
let asked = 0;
let box = null;

const value = () => props.value || {};

function build() {
  const chart = (measure) => el('figure', { class: 'live-chart' },
    el('figcaption', {}, el('strong', {}, say('live.' + measure)), el('small', {}, say('live.' + measure + '_help'))),
    el('div', { class: 'live-plot', 'aria-hidden': 'true' }));
  const loss = chart('loss');
  const accuracy = chart('accuracy');
  box = {
    head: el('div', { class: 'live-head' }), status: el('p', { class: 'live-status', role: 'status', 'aria-live': 'polite' }),
    bar: el('div', { class: 'thaw-bar', role: 'progressbar', 'aria-label': say('live.label'), 'aria-valuemin': 0, 'aria-valuemax': 100 }, el('i')),
    note: el('p', { class: 'muted live-note' }), first: el('div', {}), ending: el('div', {}), more: el('div', { class: 'live-more' }),
    loss: new Chart(loss.lastChild, 'loss'), accuracy: new Chart(accuracy.lastChild, 'accuracy'),
  };
  const section = el('section', { class: 'live thaw-card', 'aria-label': say('live.label') },
    box.head, box.bar, box.status, box.first, box.ending, el('div', { class: 'live-charts' }, accuracy, loss), box.note, box.more);
  root.replaceChildren(section);
  foldEarlier();
}

// A run on other pictures than the chosen ones stands folded under its name, so that nobody takes it for theirs.
function foldEarlier() {
  const section = root.querySelector('section.live');
  if (!value().earlier) { root.replaceChildren(section); return; }
  root.replaceChildren(el('details', { class: 'live-earlier', ontoggle: () => { if (root.querySelector('details').open) paintCharts(); } },
    el('summary', {}, say('live.earlier', { name: value().name })), section));
}

function chip(name) {
  const icons = { running: 'flame', starting: 'clock', queued: 'clock', finished: 'check', stopped: 'stop', failed: 'warning', lost: 'warning' };
  return el('span', { class: 'thaw-state ' + name }, icon(icons[name] || 'clock', 16), say(endedAs(name)));
}

function took() {
  if (view.first === null) return '';
  if (view.ending && view.ending.seconds !== undefined) return say('live.took', { duration: duration(view.ending.seconds) });
  return ENDED.includes(state) ? '' : say('live.ago', { duration: duration(Date.now() / 1000 - view.first) });
}

function paintHead() {
  const name = value().name || (view.plan && view.plan.backbone) || '';
  const stop = el('button', { type: 'button', class: 'thaw-button stop', disabled: stopping, onclick: askToStop }, icon('stop', 18), say(state === 'queued' ? 'live.cancel' : 'live.stop'));
  const active = state === 'running' || state === 'starting' || state === 'queued';
  const force = el('button', { type: 'button', class: 'thaw-button force', onclick: () => ask('force') }, say('live.force'));
  const unheard = stopping && performance.now() - asked > 10000;
  const kept = box.head.querySelector('.stop');
  const focused = kept && document.activeElement === kept;
  box.head.replaceChildren(...[state ? chip(state) : null, el('strong', {}, name), active || !state ? el('span', { class: 'muted' }, took()) : null, active ? stop : null, active && (hangs || unheard) ? force : null].filter(Boolean));
  if (focused && active) stop.focus();
}

function progress() {
  const phase = view.phase;
  const step = view.lastStep;
  if (ENDED.includes(state)) return { share: 1, words: [say(endedAs(state)), took()].filter(Boolean) };
  if (state === 'queued') return { share: 0, words: waiting(wait) };
  if (!phase) return { share: 0, words: [say('live.starting')] };
  const words = [say('phase.' + phase.name)];
  if (step) words.push(say('live.epoch', { epoch: step.epoch, epochs: step.epochs }));
  else if (phase.total) words.push(say('live.count', { done: grouped(phase.done), total: grouped(phase.total) }));
  const rate = step ? step.images_per_second : phase.images_per_second;
  const left = step ? step.seconds_left : phase.seconds_left;
  if (rate) words.push(say('live.rate', { n: rate < 10 ? rate.toFixed(1) : Math.round(rate) }));
  if (left) words.push(say('live.left', { duration: duration(left) }));
  return { share: phase.total ? phase.done / phase.total : 0, words };
}

function paintProgress() {
  const { share, words } = progress();
  box.bar.firstChild.style.width = 100 * share + '%';
  box.bar.setAttribute('aria-valuenow', Math.round(100 * share));
  box.bar.className = 'thaw-bar ' + state;
  const text = stopping && !ENDED.includes(state) && !told ? say('live.stopping') : [told, ...words].filter(Boolean).join(' · ');
  if (box.status.textContent !== text) box.status.textContent = text;
}

function ending() {
  const end = view.ending || {};
  const go = (tab, key, kind) => el('button', { type: 'button', class: 'thaw-button ' + kind, onclick: () => trigger('go', { tab }) }, say(key));
  if (state === 'stopped' && hasNothing()) {
    return el('div', { class: 'thaw-note' }, icon('stop'), el('p', {}, say(end.forced ? 'live.forced_lead' : 'live.cancelled_lead')));
  }
  if (state === 'finished' || state === 'stopped') {
    const lead = end.forced ? 'live.forced_lead' : 'live.' + state + '_lead';
    return el('div', { class: 'thaw-note good' }, icon('check'), el('p', {}, say(lead)),
      el('div', { class: 'thaw-buttons' }, go('results', 'live.see_results', 'primary'), go('try', 'live.try_it', '')));
  }
  if (state === 'failed') {
    const lead = end.by_user ? 'live.failed_lead' : 'live.fault_lead';
    return el('div', { class: 'thaw-note bad' }, icon('warning'), el('p', {}, el('strong', {}, say(lead)), ' ', [end.message, end.hint].filter(Boolean).join(' ')), log());
  }
  if (state === 'lost') return el('div', { class: 'thaw-note bad' }, icon('warning'), el('p', {}, loss ? loss.message + ' ' + loss.hint : say('live.lost_lead')), log());
  return '';
}

// The head is fitted, and the rest of the run goes on: what it is worth so far, on which pictures, and the way to try it.
function firstModel() {
  const model = view.model;
  if (!model || ENDED.includes(state)) return '';
  const shares = { percent: percent(model.accuracy), low: percent(model.accuracy_low), high: percent(model.accuracy_high) };
  const where = say('live.first_on_' + model.measured_on.replace('-', '_'), { n: grouped(model.images) });
  return el('div', { class: 'thaw-note good live-first' }, icon('check'),
    el('p', {}, el('strong', {}, say('live.first')), ' ', say('live.first_worth', { ...shares, where })),
    el('div', { class: 'thaw-buttons' }, el('button', { type: 'button', class: 'thaw-button primary', onclick: () => trigger('go', { tab: 'try' }) }, say('live.first_try'))));
}

// The tabs beside this one hear of the first model once, so that it can be tried there; its paint is kept while nothing is new.
function paintFirst() {
  const told = box.first.firstChild !== null;
  if (told && view.model && !ENDED.includes(state)) return;
  box.first.replaceChildren(...[firstModel()].filter(Boolean));
  if (!told && box.first.firstChild) trigger('ready', { run });
}

function log() {
  return value().log ? el('details', { open: state === 'lost' }, el('summary', {}, say('live.log')), el('pre', { tabindex: 0 }, value().log)) : '';
}

function paintMore() {
  const parts = [];
  if (view.warnings.length) parts.push(el('div', { class: 'thaw-note' }, icon('warning'), el('div', {}, view.warnings.map((text) => el('p', {}, text)))));
  if (view.candidates.length) parts.push(compared());
  if (view.repeats.length) parts.push(repeated());
  if (view.thawed.length) parts.push(el('p', { class: 'muted' }, view.thawed.map(thawedWords).join(' ')));
  if (view.epochs.length) parts.push(folded('live.table', false, epochTable()));
  if (view.plan && Object.keys(view.plan.reasons || {}).length) parts.push(folded('live.why', false, reasonTable()));
  box.more.replaceChildren(...parts);
}

function paintCharts() {
  const drawable = view.epochs.length || view.steps.x.length;
  root.querySelector('.live-charts').hidden = !drawable;
  const exact = ENDED.includes(state) && view.epochs.length === 1 && !view.steps.x.length;
  box.note.textContent = exact ? say('live.closed_form') : drawable || ENDED.includes(state) ? '' : say('live.waiting_chart');
  if (!drawable) return;
  Promise.all([box.loss.draw(view, run), box.accuracy.draw(view, run)]).catch(() => { box.note.textContent = say('live.no_plotly'); });
}

function paint(isNew) {
  paintHead();
  paintProgress();
  if (!isNew) return;
  paintFirst();
  box.ending.replaceChildren(ending());
  paintMore();
  paintCharts();
}

async function askToStop() {
  stopping = true;
  asked = performance.now();
  paint(false);
  ask('stop');
}

async function ask(word) {
  try {
    const answer = await fetch(inLanguage('thaw/runs/' + run + '/' + word), { method: 'POST' });
    if (!answer.ok) throw new Error(reasonOf(await answer.json()));
  } catch (error) {
    stopping = false;
    paint(false);
    box.status.textContent = say('live.stop_failed', { reason: error.message });
  }
}

async function watchRun(mine) {
  let offset = 0;
  let wasRunning = false;
  while (alive() && mine === round) {
    let pause = document.hidden ? 3000 : state === 'queued' ? 1500 : 600;
    try {
      const answer = await fetch(inLanguage(`thaw/runs/${run}/view?from=${offset}`));
      if (mine !== round) return;
      if (answer.status === 404) { box.status.textContent = say('live.gone'); return; }
      if (!answer.ok) throw new Error('status ' + answer.status);
      const reply = await answer.json();
      if (mine !== round) return;
      const isNew = reply.records.length > 0 || reply.state !== state;
      offset = reply.next;
      wait = reply.wait;
      loss = reply.loss;
      told = troubleIn(reply);
      hangs = reply.silent !== null && !reply.needs;
      fold(view, reply.records);
      state = ENDED.includes(reply.state) && reply.records.length ? state : reply.state;
      paint(isNew);
      if (ENDED.includes(state)) { if (wasRunning || state === 'lost' || state === 'failed') trigger('ended', { run, state, seen: wasRunning }); return; }
      wasRunning = wasRunning || !ENDED.includes(reply.state);
      if (reply.records.length && ENDED.includes(reply.state)) pause = 30;
    } catch { box.status.textContent = say('live.reconnecting'); }
    await new Promise((wake) => setTimeout(wake, pause));
  }
}

function attach(moves = true) {
  const wanted = value().run || '';
  if (wanted === run && box) {
    if (Boolean(value().earlier) !== Boolean(root.querySelector('.live-earlier'))) foldEarlier();
    paint(true);
    return;
  }
  run = wanted;
  view = emptyView();
  state = '';
  stopping = false;
  wait = null;
  loss = null;
  told = '';
  hangs = false;
  round += 1;
  if (!run) { box = null; root.replaceChildren(); return; }
  build();
  paint(true);
  if (moves && round > 1) root.scrollIntoView({ behavior: 'smooth', block: 'nearest' });
  watchRun(round);
}

watch('value', () => attach());
// The records hold sentences: in another language they are asked for again.
let shownLanguage = (props.words || {}).language;
watch('words', () => {
  const before = shownLanguage;
  shownLanguage = (props.words || {}).language;
  if (!run || shownLanguage === before) return;
  run = '';
  attach(false);
});
// A chart in a tab that is not shown has no width; it is drawn when the tab opens.
new ResizeObserver(() => { if (box && root.offsetWidth) paintCharts(); }).observe(root);
attach();
