// The stack of stages and the ice line. Knows groups of stages with their numbers; moves at once and reports what trains.
let line = 0; // so many groups, from the input on, are frozen without a gap
let learning = null; // in Expert: the groups that train where they are no suffix, else null
let parts = null;
let dragging = false;
let shown = '';
let moved = false; // since the last report
let reported = null; // what was reported last and when, until its answer comes; answers before it are older than the line
const ANSWER_MS = 5000; // an answer that has not come by then comes no more

const value = () => props.value || {};
const groups = () => value().groups || [];
const freezeOf = (at) => (at === 0 ? 'none' : at === groups().length ? 'all' : groups()[at - 1].freeze);
const isFrozen = (at) => (at === groups().length ? false : learning ? !learning.has(at) : at < line);
const trainedNames = () => (learning ? groups().filter((_, at) => learning.has(at)).map((group) => group.freeze).join(',') : '');
const settle = once(() => {
  moved = false;
  if (value().line === line && (value().trained || '') === trainedNames()) return;
  reported = { freeze: freezeOf(line), trained: trainedNames(), at: Date.now() };
  props.value = { ...value(), line, freeze: reported.freeze, trained: reported.trained, isOwn: true };
  askAboutSet();
  trigger('freeze', { freeze: freezeOf(line), trained: trainedNames(), backbone: value().backbone });
}, 150);
function report() {
  moved = true;
  settle();
}

function facts() {
  const all = [...groups(), value().head];
  return {
    trained: sum(all.filter((_, at) => !isFrozen(at)), 'parameters'),
    total: sum(all, 'parameters'),
    kept: sum(groups().slice(0, line), 'share') / (sum(all, 'share') || 1),
  };
}

function spoken() {
  if (learning) return say('ice.value_set', { stages: groups().filter((_, at) => learning.has(at)).map((group) => group.title).join(', ') });
  if (line === 0) return say('ice.value_none');
  if (line === groups().length) return say('ice.value_all');
  return say('ice.value_some', { stage: groups()[line - 1].title, frozen: line, total: groups().length });
}

function build() {
  const slabs = groups().map(slab);
  const head = slab(value().head, null);
  const grip = el('span', {});
  const handle = el('div', {
    class: 'ice-line', role: 'slider', tabindex: 0, 'aria-orientation': 'vertical', 'aria-label': say('ice.line'),
    'aria-valuemin': 0, 'aria-valuemax': groups().length, onkeydown: pressed, onpointerdown: grabbed,
  }, el('span', { class: 'ice-wave' }), el('span', { class: 'ice-grip' }, icon('updown', 16), grip));
  const along = el('div', { class: 'ice-profile', title: say('ice.profile') });
  const stack = el('div', { class: 'ice-stack' },
    el('div', { class: 'ice-end' }, icon('picture'), say('ice.input')),
    el('div', { class: 'ice-body' }, el('ol', { class: 'ice-slabs' }, slabs, head), handle, along),
    el('div', { class: 'ice-end' }, icon('flag'), say('ice.output')));
  const [learns, readable, cost] = [el('div', { class: 'ice-learns' }), el('div', {}), el('div', {})];
  root.replaceChildren(el('div', { class: 'ice' }, stack, el('div', { class: 'ice-facts' }, readable, learns, cost)), stagePanel);
  parts = { slabs: [...slabs, head], handle, grip, learns, readable, cost, profile: along };
}

function paint() {
  parts.slabs.forEach((node, at) => paintSlab(node, isFrozen(at), at === line));
  parts.handle.setAttribute('aria-valuenow', line);
  parts.handle.classList.toggle('loose', learning !== null);
  paintFacts();
  paintAnswers();
  if (!dragging) place();
}

function paintFacts() {
  const { trained, total, kept } = facts();
  const sentence = learning ? 'ice.set' : line === 0 ? 'ice.none' : line === groups().length ? 'ice.all' : 'ice.some';
  const half = Math.round(groups().length / 2);
  const preset = (at, key) => el('button', {
    type: 'button', class: 'thaw-chip', 'aria-pressed': String(at === line && !learning), onclick: () => move(at, true),
  }, say(key));
  const share = total ? trained / total : 0;
  parts.learns.replaceChildren(
    el('p', { class: 'ice-sentence', 'aria-live': 'polite' }, say(sentence)),
    el('div', { class: 'ice-fact trained' }, icon('flame'),
      el('div', {}, el('small', {}, say('ice.trained_parameters')), el('b', {}, percent(share) + ' %'),
        el('small', {}, say('ice.of', { trained: compact(trained), total: compact(total) })))),
    el('div', { class: 'ice-split', 'aria-hidden': 'true' },
      el('i', { class: 'cold', style: { width: 100 * (1 - share) + '%' } }),
      el('i', { class: 'warm', style: { width: 100 * share + '%' } })),
    el('div', { class: 'ice-fact' }, icon('snow'),
      el('div', {}, el('small', {}, say('ice.kept_work')), el('b', {}, percent(kept) + ' %'),
        el('small', {}, say('ice.kept_work_help')))),
    el('div', { class: 'ice-presets' }, preset(groups().length, 'ice.freeze_all'),
      groups().length > 1 ? preset(half, 'ice.freeze_half') : null, preset(0, 'ice.freeze_none')));
}

// The line's place for each number of frozen slabs: the gap above a slab, the last one above the head.
function tops() {
  return parts.slabs.map((node) => node.offsetTop);
}

function place() {
  const places = tops();
  parts.handle.style.top = places[line] - 20 + 'px';
  profile(places.map((top, at) => top - (at === line ? 20 : 3)));
}

function move(to, rests) {
  const at = Math.max(0, Math.min(groups().length, to));
  if (at !== line || learning) {
    const focused = document.activeElement;
    line = at;
    learning = null;
    paint();
    if (focused && focused.classList.contains('thaw-chip')) parts.learns.querySelector('[aria-pressed=true]')?.focus();
  }
  if (rests) report();
}

// One stage thaws or freezes by itself; a set that is what a line says is a line again.
function flip(at) {
  const now = new Set(groups().map((_, place) => place).filter((place) => !isFrozen(place)));
  if (!now.delete(at)) now.add(at);
  const first = groups().findIndex((_, place) => now.has(place));
  line = first < 0 ? groups().length : first;
  learning = now.size === groups().length - line ? null : now;
  paint();
  report();
}

function pressed(event) {
  const page = Math.max(1, Math.round(groups().length / 5));
  const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, PageDown: page, PageUp: -page };
  if (event.key in steps) move(line + steps[event.key], true);
  else if (event.key === 'Home') move(0, true);
  else if (event.key === 'End') move(groups().length, true);
  else return;
  event.preventDefault();
}

function grabbed(event) {
  const handle = parts.handle;
  const body = handle.parentElement;
  const places = tops();
  dragging = true;
  handle.setPointerCapture(event.pointerId);
  handle.classList.add('dragged');
  const follow = (moved) => {
    const y = Math.max(places[0], Math.min(places[places.length - 1], moved.clientY - body.getBoundingClientRect().top));
    handle.style.top = y + 'px';
    let nearest = 0;
    places.forEach((top, at) => { if (Math.abs(top - y) < Math.abs(places[nearest] - y)) nearest = at; });
    move(nearest, false);
  };
  const drop = () => {
    dragging = false;
    handle.classList.remove('dragged');
    handle.removeEventListener('pointermove', follow);
    place();
    report();
  };
  handle.addEventListener('pointermove', follow);
  handle.addEventListener('lostpointercapture', drop, { once: true });
  event.preventDefault();
  handle.focus();
}

function isAnswered(now) {
  if (!reported || Date.now() - reported.at > ANSWER_MS) return true;
  return !now.isOwn && now.freeze === reported.freeze && (now.trained || '') === reported.trained;
}

function render() {
  const now = value();
  if (now.status !== 'ready') {
    parts = null;
    const words = now.status === 'failed' ? [say('ice.failed'), now.message].filter(Boolean).join(' ') : say('ice.opening');
    root.replaceChildren(el('div', { class: 'ice-wait ' + (now.status || ''), role: 'status' },
      now.status === 'failed' ? icon('warning') : el('span', { class: 'thaw-spinner' }), words));
    return;
  }
  const names = (now.trained || '').split(',').filter(Boolean);
  const known = names.map((name) => groups().findIndex((group) => group.freeze === name)).filter((at) => at >= 0);
  const drawnNow = JSON.stringify([now.backbone, now.groups, now.head, now.expert, now.dataset, dictionary().language]);
  // A report of our own comes back: what is drawn keeps its focus, and a line that moved on stays where it is.
  const isNew = !parts || drawnNow !== shown;
  if (isNew || isAnswered(now)) reported = null;
  if (isNew || !(moved || reported)) {
    learning = known.length ? new Set(known) : null;
    line = learning ? Math.min(...known) : now.line;
  }
  if (isNew) build();
  shown = drawnNow;
  paint();
  askAbout(now);
  askAboutSet();
}

new ResizeObserver(() => { if (parts && !dragging) place(); }).observe(root);
watch(['value', 'words'], () => { if (!(parts && dragging)) render(); });
render();
