// A run, watched: state, progress, charts, numbers, reasons, endings. Knows the routes of a run's view and of stopping.
let run = '';
let view = emptyView();
let state = '';
let round = 0;
let wait = null;
let loss = null;
let hangs = false;
let told = '';
let stopping = ''; // the wish that was sent: stop or pause
let paused = false;
let offset = 0; // so far the journal was read
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
    loss: new Chart(loss.lastChild, 'loss', chooseFrom), accuracy: new Chart(accuracy.lastChild, 'accuracy', chooseFrom),
    goon: el('section', { class: 'goon', 'aria-label': say('goon.title'), hidden: true }),
  };
  const section = el('section', { class: 'live thaw-card', 'aria-label': say('live.label') },
    box.head, box.bar, box.status, box.first, box.ending, box.goon, el('div', { class: 'live-charts' }, accuracy, loss), box.note, box.more);
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

function took() {
  if (view.first === null) return '';
  if (ENDED.includes(state) && view.ending && view.ending.seconds !== undefined) return say('live.took', { duration: duration(view.ending.seconds) });
  return ENDED.includes(state) ? '' : say('live.ago', { duration: duration(Date.now() / 1000 - view.first) });
}

function paintHead() {
  const name = value().name || (view.plan && view.plan.backbone) || '';
  const press = (word, sign, key) => el('button', { type: 'button', class: 'thaw-button ' + word, 'data-keep': word, disabled: Boolean(stopping), onclick: () => askToStop(word) }, icon(sign, 18), say(key));
  const stop = press('stop', 'stop', state === 'queued' ? 'live.cancel' : 'live.stop');
  const pause = press('pause', 'pause', 'live.pause');
  const active = UNDER_WAY.includes(state);
  const force = el('button', { type: 'button', class: 'thaw-button force', onclick: () => ask('force') }, say('live.force'));
  const unheard = stopping && performance.now() - asked > 10000;
  redraw(box.head, state ? stateChip(state, endedAs(state)) : null, el('strong', {}, name), active || !state ? el('span', { class: 'muted' }, took()) : null,
    active ? el('div', { class: 'thaw-buttons live-buttons' }, [state === 'running' ? pause : null, stop, hangs || unheard ? force : null].filter(Boolean)) : null);
}

function progress() {
  const phase = view.phase;
  const step = view.lastStep;
  if (ENDED.includes(state)) return { share: 1, words: [stateWords(state, endedAs(state)), took()].filter(Boolean) };
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
  const text = stopping && !ENDED.includes(state) && !told ? say(stopping === 'pause' ? 'live.pausing' : 'live.stopping') : [told, ...words].filter(Boolean).join(' · ');
  if (box.status.textContent !== text) box.status.textContent = text;
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
  if (!ENDED.includes(state)) forgetWays();
  else if (ways === null) askWays();
  paintWays();
  paintMore();
  paintCharts();
}

async function askToStop(word) {
  stopping = word;
  asked = performance.now();
  paint(false);
  ask(word);
}

async function ask(word) {
  try {
    const answer = await fetch(inLanguage('thaw/runs/' + run + '/' + word), { method: 'POST' });
    if (!answer.ok) throw new Error(reasonOf(await answer.json()));
  } catch (error) {
    stopping = '';
    paint(false);
    box.status.textContent = say('live.stop_failed', { reason: error.message });
  }
}

// `isAgain`: it had ended before, and goes on; only what is new is read.
async function watchRun(mine, isAgain = false) {
  let wasRunning = isAgain;
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
      paused = reply.paused;
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
  [stopping, offset, paused] = ['', 0, false];
  forgetWays();
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

// Somebody asked it to go on, here or in the drawer.
onGoesOn((one) => {
  if (one !== run || !box) return;
  round += 1;
  stopping = '';
  Object.assign(view, { phase: null, lastStep: null });
  forgetWays();
  watchRun(round, true);
});
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
