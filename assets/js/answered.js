// The pictures behind a number, in a window over the page: sorted by how sure the model was, with the kind that was
// given and the one that was answered. Knows the route of such pictures; what is done to one, answered_one knows.
const SHOWN = 60;
const value = () => props.value || {};
let show = ''; // which number
let order = 'sure';
let from = 0;
let page = { pictures: [], total: 0, dataset: '', changes: { corrected: 0, added: 0 } };
let past = { history: [], can_undo: false };
let chosen = new Set();
let anchor = 0;
let problem = '';
let loading = 0;

const title = el('h3', { id: 'seen-title' });
const closer = el('button', { type: 'button', class: 'thaw-button quiet', onclick: () => dialog.close() });
const tools = el('div', { class: 'album-row seen-tools' });
const grid = el('div', { class: 'seen-grid' });
const one = el('div', { class: 'seen-one' });
const status = el('p', { class: 'drop-status', role: 'status' });
const foot = el('div', { class: 'seen-foot' });
const dialog = el('dialog', { class: 'thaw-dialog seen', 'aria-labelledby': 'seen-title' },
  el('div', { class: 'runs-top' }, title, closer), tools, el('div', { class: 'seen-body' }, grid, one), status, foot);
root.append(dialog);
dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
dialog.addEventListener('close', () => {
  const opener = [...document.querySelectorAll('[data-show]')].find((node) => node.dataset.show === show);
  show = '';
  if (opener) opener.focus();
});

function name(place) {
  return (value().classes || [])[Number(place)] || '';
}

// What the number is, in words: `cell:2:5` is what was of kind 2 and taken for kind 5.
function heading() {
  const [kind, first, second] = show.split(':');
  if (kind === 'cell') return first === second ? say('seen.right', { name: name(first) }) : say('seen.cell', { truth: name(first), answer: name(second) });
  if (kind === 'bin') return say('seen.bin', { low: 10 * first, high: 10 * first + 10 });
  return say('seen.' + kind, { name: name(first) });
}

function tell(text, kind) {
  status.replaceChildren(text);
  status.className = 'drop-status ' + (kind || '');
}

async function attempt(work) {
  try { return await work(); } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tell(error.message, 'bad');
    return null;
  }
}

async function load() {
  const [mine, run] = [(loading += 1), value().run];
  const found = await attempt(() => ask('thaw/runs/' + run + '/behind?show=' + show + '&order=' + order + '&from=' + from + '&count=' + SHOWN));
  if (mine !== loading) return;
  if (!found) { problem = status.textContent; page = { ...page, pictures: [], total: 0 }; paint(); return; }
  problem = '';
  page = found;
  if (!page.pictures.length && from) { from = Math.max(0, from - SHOWN); await load(); return; }
  const here = new Set(page.pictures.map((picture) => picture.path));
  chosen = new Set([...chosen].filter((path) => here.has(path)));
  anchor = Math.max(0, Math.min(anchor, page.pictures.length - 1));
  const history = await attempt(() => ask('thaw/datasets/' + page.dataset + '/corrections'));
  if (mine !== loading) return;
  past = history || { history: [], can_undo: false };
  paint();
}

async function open(event) {
  if (!alive() || !value().run) return;
  show = event.detail.show;
  [order, from, anchor, chosen] = ['sure', 0, event.detail.at || 0, new Set()];
  page = { ...page, pictures: [], total: 0 };
  tell('');
  paint();
  if (!dialog.open) dialog.showModal();
  await load();
  const first = grid.querySelector('[role=option][tabindex="0"]');
  if (first && show) first.focus();
}

function thumb(picture, size) {
  const image = el('img', { src: 'thaw/datasets/' + page.dataset + '/thumb/' + picture.sha256 + '.jpg?size=' + size, alt: '', loading: 'lazy', draggable: 'false' });
  image.addEventListener('error', () => { image.style.visibility = 'hidden'; });
  return el('span', { class: 'thumb-fit' }, picture.gone ? icon('picture', 28) : image);
}

function fileName(path) {
  return path.split('/').pop();
}

// What became of a picture since, where anything did.
function fate(picture) {
  if (picture.gone) return say('seen.gone');
  if (picture.left_out) return say('seen.left_out');
  if (picture.kept) return say('seen.label_kept');
  return picture.now ? say('seen.now', { name: picture.now }) : '';
}

function verdict(picture) {
  if (picture.sure === null) return say('seen.suspect', { truth: picture.truth, answer: picture.answer });
  const key = picture.truth === picture.answer ? 'seen.was_right' : 'seen.was_wrong';
  return say(key, { truth: picture.truth, answer: picture.answer, percent: percent(picture.sure) });
}

function tile(picture, n) {
  const told = fate(picture);
  return el('div', {
    role: 'option', class: 'tile' + (told ? ' changed' : ''), 'data-keep': 'seen' + n, 'data-at': n, tabindex: n === anchor ? 0 : -1,
    'aria-selected': String(chosen.has(picture.path)), 'aria-label': [fileName(picture.path), verdict(picture), told].filter(Boolean).join(', '),
    title: picture.path, onclick: (event) => choose(n, event),
  }, thumb(picture, 160),
  el('small', {}, picture.truth === picture.answer ? picture.answer : el('span', {}, el('s', {}, picture.truth), ' ', el('b', {}, picture.answer)), picture.sure === null ? '' : ' ' + percent(picture.sure) + ' %'),
  told ? el('em', { class: 'fate' }, told) : null);
}

// A click looks at a picture; with Ctrl or space one more is chosen, with shift all between.
function choose(n, event) {
  if (event.shiftKey) {
    page.pictures.slice(Math.min(anchor, n), Math.max(anchor, n) + 1).forEach((picture) => chosen.add(picture.path));
  } else if (event.ctrlKey || event.metaKey || event.key === ' ') toggle(n);
  anchor = n;
  paint();
  focusTile();
}

function toggle(n) {
  const { path } = page.pictures[n];
  if (chosen.has(path)) chosen.delete(path);
  else chosen.add(path);
}

function focusTile() {
  const node = grid.querySelector('[data-at="' + anchor + '"]');
  if (node) node.focus();
}

function columns() {
  const tiles = [...grid.querySelectorAll('.tile')];
  const wrapped = tiles.findIndex((node) => node.offsetTop > tiles[0].offsetTop);
  return wrapped > 0 ? wrapped : tiles.length;
}

function keyed(event) {
  const n = Number(event.target.dataset.at);
  if (Number.isNaN(n)) return;
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() };
  if (event.key in steps) {
    const next = n + steps[event.key];
    if (next < 0 || next >= page.pictures.length) return;
    if (event.shiftKey) [n, next].forEach((place) => chosen.add(page.pictures[place].path));
    anchor = next;
    paint();
    focusTile();
  } else if (event.key === ' ') choose(n, event);
  else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) { page.pictures.forEach((picture) => chosen.add(picture.path)); paint(); focusTile(); }
  else if (event.key === 'Delete') leaveOut();
  else return;
  event.preventDefault();
}

function turn(step) {
  from += step;
  anchor = 0;
  chosen = new Set();
  load();
}

function paintTools() {
  const last = Math.min(from + SHOWN, page.total);
  const turnTo = (words, step, none) => el('button', { type: 'button', class: 'thaw-button quiet small', 'data-keep': 'turn' + step, disabled: none, onclick: () => turn(step) }, words);
  const pick = (key) => el('button', { type: 'button', class: 'thaw-chip', 'data-keep': key, 'aria-pressed': String(order === key), onclick: () => { order = key; from = 0; anchor = 0; load(); } }, say('seen.by_' + key));
  redraw(tools,
    el('span', { class: 'muted' }, page.total ? say('album.range', { from: grouped(from + 1), to: grouped(last), total: grouped(page.total) }) : ''),
    page.total > 1 && show !== 'suspects' ? [pick('sure'), pick('unsure')] : null,
    page.total > SHOWN ? [turnTo(say('album.previous'), -SHOWN, from === 0), turnTo(say('album.next'), SHOWN, last >= page.total)] : null,
    chosen.size ? el('span', {}, say('album.chosen', { n: chosen.size })) : null,
    page.pictures.length > 1 ? el('button', { type: 'button', class: 'thaw-button quiet small', 'data-keep': 'all', onclick: () => { page.pictures.forEach((picture) => chosen.add(picture.path)); paint(); } }, say('album.choose_all')) : null,
    chosen.size ? el('button', { type: 'button', class: 'thaw-button quiet small', 'data-keep': 'none', onclick: () => { chosen = new Set(); paint(); } }, say('seen.choose_none')) : null);
}

function paint() {
  if (!value().run && dialog.open) dialog.close();
  title.textContent = show ? heading() : '';
  closer.replaceChildren(icon('close', 18));
  closer.setAttribute('aria-label', say('seen.close'));
  paintTools();
  if (page.pictures.length) {
    redraw(grid, el('div', { class: 'tiles', role: 'listbox', 'aria-multiselectable': 'true', 'aria-label': title.textContent, onkeydown: keyed }, page.pictures.map(tile)));
  } else redraw(grid, el('p', { class: 'muted' }, problem ? '' : loading && !page.dataset ? say('seen.loading') : say('seen.none')));
  paintOne();
  paintFoot();
}

window.addEventListener('thaw-show', open);
