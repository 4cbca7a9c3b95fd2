// The stack of stages and the ice line. Knows groups of stages with their numbers; moves at once and reports the stage.
let line = 0;
let parts = null;
let dragging = false;

const value = () => props.value || {};
const groups = () => value().groups || [];
const freezeOf = (at) => (at === 0 ? 'none' : at === groups().length ? 'all' : groups()[at - 1].freeze);
const report = once(() => {
  if (value().line === line) return;
  props.value = { ...value(), line, freeze: freezeOf(line) };
  trigger('freeze', { freeze: freezeOf(line), backbone: value().backbone });
}, 150);

function sum(items, name) {
  return items.reduce((total, item) => total + item[name], 0);
}

function facts() {
  const below = [...groups().slice(line), value().head];
  const all = [...groups(), value().head];
  return {
    trained: sum(below, 'parameters'),
    total: sum(all, 'parameters'),
    kept: sum(groups().slice(0, line), 'share') / (sum(all, 'share') || 1),
  };
}

function spoken() {
  if (line === 0) return say('ice.value_none');
  if (line === groups().length) return say('ice.value_all');
  return say('ice.value_some', { stage: groups()[line - 1].title, frozen: line, total: groups().length });
}

function slab(group, at) {
  const base = groups().length > 8 ? 40 : 52;
  const node = el('li', { class: 'ice-slab', style: { 'min-height': base + Math.round(70 * group.share) + 'px' } },
    el('span', { class: 'ice-mark' }),
    el('span', { class: 'ice-name' }, el('strong', {}, group.title), el('small', { class: 'ice-state' })),
    el('span', { class: 'ice-numbers' },
      el('span', {}, say('ice.parameters', { n: compact(group.parameters) })),
      el('span', { class: 'ice-work' },
        el('span', { class: 'ice-bar' }, el('i', { style: { width: Math.max(1, 100 * group.share) + '%' } })),
        say('ice.work', { percent: percent(group.share) }))));
  node.title = group.names;
  if (at !== null) node.addEventListener('click', () => move(line > at ? at : at + 1, true));
  return node;
}

function build() {
  const slabs = groups().map(slab);
  const head = slab(value().head, null);
  const handle = el('div', {
    class: 'ice-line', role: 'slider', tabindex: 0, 'aria-orientation': 'vertical', 'aria-label': say('ice.line'),
    'aria-valuemin': 0, 'aria-valuemax': groups().length, onkeydown: pressed, onpointerdown: grabbed,
  }, el('span', { class: 'ice-wave' }), el('span', { class: 'ice-grip' }, icon('updown', 16), say('ice.hint')));
  const stack = el('div', { class: 'ice-stack' },
    el('div', { class: 'ice-end' }, icon('picture'), say('ice.input')),
    el('div', { class: 'ice-body' }, el('ol', { class: 'ice-slabs' }, slabs, head), handle),
    el('div', { class: 'ice-end' }, icon('flag'), say('ice.output')));
  const side = el('div', { class: 'ice-facts' });
  root.replaceChildren(el('div', { class: 'ice' }, stack, side));
  parts = { slabs: [...slabs, head], handle, side };
}

function paint() {
  parts.slabs.forEach((node, at) => {
    const frozen = at < line;
    node.classList.toggle('frozen', frozen);
    node.classList.toggle('below-line', at === line);
    node.querySelector('.ice-mark').replaceChildren(icon(frozen ? 'snow' : 'flame', 22));
    node.querySelector('.ice-state').textContent = say(frozen ? 'ice.frozen' : 'ice.trained');
  });
  parts.handle.setAttribute('aria-valuenow', line);
  parts.handle.setAttribute('aria-valuetext', spoken());
  paintFacts();
  if (!dragging) place();
}

function paintFacts() {
  const { trained, total, kept } = facts();
  const sentence = line === 0 ? 'ice.none' : line === groups().length ? 'ice.all' : 'ice.some';
  const half = Math.round(groups().length / 2);
  const preset = (at, key) => el('button', {
    type: 'button', class: 'thaw-chip', 'aria-pressed': String(at === line), onclick: () => move(at, true),
  }, say(key));
  const share = total ? trained / total : 0;
  parts.side.replaceChildren(
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
  parts.handle.style.top = tops()[line] - 20 + 'px';
}

function move(to, settle) {
  const at = Math.max(0, Math.min(groups().length, to));
  if (at !== line) {
    const focused = document.activeElement;
    line = at;
    paint();
    if (focused && focused.classList.contains('thaw-chip')) parts.side.querySelector('[aria-pressed=true]')?.focus();
  }
  if (settle) report();
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

function render() {
  const now = value();
  if (now.status !== 'ready') {
    parts = null;
    const words = now.status === 'failed' ? [say('ice.failed'), now.message].filter(Boolean).join(' ') : say('ice.opening');
    root.replaceChildren(el('div', { class: 'ice-wait ' + (now.status || ''), role: 'status' },
      now.status === 'failed' ? icon('warning') : el('span', { class: 'thaw-spinner' }), words));
    return;
  }
  line = now.line;
  build();
  paint();
}

new ResizeObserver(() => { if (parts && !dragging) place(); }).observe(root);
// A report of our own comes back as a change of the value: the drawing is right already.
watch(['value', 'words'], () => { if (!(parts && dragging)) render(); });
render();
