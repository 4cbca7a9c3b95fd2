// The pictures of one kind, a page at a time: chosen by click, shift and keyboard, then moved or left out. What was
// left out is shown the same way, and brought back.
const GRID = 60;
let grid = { pictures: [], total: 0 };
let from = 0;
let chosen = new Set();
let anchor = 0;
let wanted = ''; // the kind to move pictures to, as it is typed: choosing more of them draws its box anew

async function openKind(name) {
  opened = name;
  from = anchor = 0;
  chosen = new Set();
  wanted = '';
  await loadGrid();
  paint();
  const first = body.querySelector('[role=option]');
  if (first) first.focus();
}

function closeKind() {
  const name = opened;
  opened = null;
  paint();
  const card = body.querySelector('[data-kind="' + CSS.escape(name) + '"] .kind-open');
  if (card) card.focus();
}

async function loadGrid() {
  const where = opened === '' ? 'left-out?' : 'pictures?class=' + encodeURIComponent(opened) + '&';
  const found = await attempt(() => ask(at(where + 'from=' + from + '&count=' + GRID)));
  if (!found) return;
  grid = found;
  if (!grid.pictures.length && from) { from = Math.max(0, from - GRID); await loadGrid(); return; }
  if (!grid.total) opened = null; // the last one has gone
  chosen = new Set([...chosen].filter((path) => grid.pictures.some((picture) => picture.path === path)));
}

async function turn(step) {
  from += step;
  anchor = 0;
  chosen = new Set();
  await loadGrid();
  paint();
}

function tile(picture, n) {
  const name = fileName(picture.path);
  const detail = picture.width + ' × ' + picture.height + (picture.split ? ', ' + say('split.' + picture.split) : '') + (picture.why ? ', ' + picture.why : '');
  const node = el('div', {
    role: 'option', class: 'tile', 'data-keep': 'tile' + n, 'aria-selected': String(chosen.has(picture.path)), 'aria-label': name + ', ' + detail, title: picture.path + '\n' + detail,
    tabindex: n === Math.min(anchor, grid.pictures.length - 1) ? 0 : -1, 'data-at': n, onclick: (event) => choose(n, event),
  }, thumb(picture, 160, ''), el('small', {}, name));
  return node;
}

// Click takes one more or one less; with shift, all from the last one to this.
function choose(n, event) {
  const path = grid.pictures[n].path;
  if (event.shiftKey) {
    const [low, high] = [Math.min(anchor, n), Math.max(anchor, n)];
    grid.pictures.slice(low, high + 1).forEach((picture) => chosen.add(picture.path));
  } else if (chosen.has(path)) chosen.delete(path);
  else chosen.add(path);
  if (!event.shiftKey) anchor = n;
  mark(n);
}

function mark(n) {
  const tiles = [...body.querySelectorAll('.tile')];
  tiles.forEach((node, place) => {
    node.setAttribute('aria-selected', String(chosen.has(grid.pictures[place].path)));
    node.tabIndex = place === n ? 0 : -1;
  });
  if (tiles[n]) tiles[n].focus();
  body.querySelector('.grid-tools').replaceWith(gridTools());
}

function columns() {
  const tiles = [...body.querySelectorAll('.tile')];
  const wrapped = tiles.findIndex((node) => node.offsetTop > tiles[0].offsetTop);
  return wrapped > 0 ? wrapped : tiles.length;
}

function keyed(event) {
  const n = Number(event.target.dataset.at);
  if (Number.isNaN(n)) return;
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() };
  if (event.key in steps) {
    const next = n + steps[event.key];
    if (next < 0 || next >= grid.pictures.length) return;
    if (event.shiftKey) [n, next].forEach((place) => chosen.add(grid.pictures[place].path));
    else anchor = next;
    mark(next);
  } else if (event.key === ' ' || event.key === 'Enter') choose(n, event);
  else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) { grid.pictures.forEach((picture) => chosen.add(picture.path)); mark(n); }
  else if (event.key === 'Escape') { if (chosen.size) { chosen = new Set(); mark(n); } else closeKind(); }
  else if (event.key === 'Delete' && opened !== '') leaveOut();
  else return;
  event.preventDefault();
}

const leaveOut = () => chosen.size && correct({ action: 'leave_out', paths: [...chosen] });
const bringBack = () => chosen.size && correct({ action: 'bring_back', paths: [...chosen] });

function gridTools() {
  const count = el('span', { role: 'status' }, say('album.chosen', { n: chosen.size }));
  const all = el('button', { type: 'button', class: 'thaw-button quiet small', onclick: () => { grid.pictures.forEach((picture) => chosen.add(picture.path)); mark(anchor); } }, say('album.choose_all'));
  if (opened === '') {
    return el('div', { class: 'grid-tools album-row' }, count, all,
      el('button', { type: 'button', class: 'thaw-button small', disabled: !chosen.size, onclick: bringBack }, icon('undo', 16), say('album.bring_back')));
  }
  const list = el('datalist', { id: 'album-kinds' }, page.classes.filter((item) => item.name !== opened).map((item) => el('option', { value: item.name })));
  const input = el('input', { type: 'text', class: 'thaw-input', list: 'album-kinds', maxlength: 200, value: wanted, 'aria-label': say('album.move_to'), placeholder: say('album.move_to'), oninput: () => { wanted = input.value; } });
  const move = (event) => { event.preventDefault(); if (chosen.size && wanted.trim()) correct({ action: 'relabel', paths: [...chosen], label: wanted.trim() }); };
  return el('div', { class: 'grid-tools album-row' }, count, all,
    el('form', { class: 'album-row', onsubmit: move }, input, list, el('button', { type: 'submit', class: 'thaw-button small', disabled: !chosen.size }, say('album.move'))),
    el('button', { type: 'button', class: 'thaw-button small', disabled: !chosen.size, onclick: leaveOut }, icon('leave', 16), say('album.leave_out')));
}

function paintGrid() {
  const name = opened === '' ? say('album.left_out_title') : opened;
  const last = Math.min(from + GRID, grid.total);
  const turnTo = (words, step, none) => el('button', { type: 'button', class: 'thaw-button quiet small', 'data-keep': 'turn' + step, disabled: none, onclick: () => turn(step) }, words);
  const held = body.contains(document.activeElement);
  redraw(body,
    el('div', { class: 'album-row' },
      el('button', { type: 'button', class: 'thaw-button quiet small', onclick: closeKind }, icon('back', 16), say('album.back')),
      el('h4', { class: 'grid-name' }, name), el('span', { class: 'muted' }, say('album.range', { from: grouped(from + 1), to: grouped(last), total: grouped(grid.total) })),
      grid.total > GRID ? [turnTo(say('album.previous'), -GRID, from === 0), turnTo(say('album.next'), GRID, last >= grid.total)] : null),
    gridTools(),
    el('div', { class: 'tiles' + (asNetwork ? ' large' : ''), role: 'listbox', 'aria-multiselectable': 'true', 'aria-label': name, onkeydown: keyed }, grid.pictures.map(tile)),
    el('p', { class: 'muted small' }, say('album.keys')));
  if (held && !body.contains(document.activeElement)) body.querySelector('.tile[tabindex="0"]').focus(); // the button that was pressed is off now
}

watch('words', paint);
watch('value', valueChanged);
valueChanged();
