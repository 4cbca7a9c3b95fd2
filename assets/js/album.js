// The pictures kind by kind: a card for each kind, a name for a new one, what was corrected. Knows the routes of
// pictures; a page of kinds is fetched when it is asked for, so that ten thousand kinds do no harm.
const CARDS = 24;
const REASONS = 5; // why pictures were not added; the report has them all
const value = () => props.value || {};
const at = (path) => 'thaw/datasets/' + value().dataset + '/' + path;
const SPLIT_ORDER = ['train', 'val', 'test'];
let page = { classes: [], total: 0, largest: 1 };
let corrections = { history: [], can_undo: false, can_redo: false };
let fresh = []; // names of kinds that have no picture yet: they live on this page alone
let query = '';
let opened = null; // the kind whose pictures are shown one by one; '' for those left out
let asNetwork = false;
let naming = null; // the kind that gets another name just now, and what is typed so far

const toolbar = el('div', { class: 'album-tools' });
const body = el('div', { class: 'album-body' });
const note = el('p', { class: 'drop-status', role: 'status' });
const picker = el('input', { type: 'file', class: 'thaw-hidden-input', accept: 'image/*', multiple: true, tabindex: -1, 'aria-hidden': 'true' });
const shutter = el('input', { type: 'file', class: 'thaw-hidden-input', accept: 'image/*', capture: 'environment', tabindex: -1, 'aria-hidden': 'true' });
const newName = el('input', { type: 'text', class: 'thaw-input', maxlength: 200 });
const newButton = el('button', { type: 'submit', class: 'thaw-button' });
// These stay while all around them is drawn anew: what is being typed must not be lost.
const search = el('input', { type: 'search', class: 'thaw-input', 'data-keep': 'search', oninput: once(() => { query = search.value; load(); }, 250) });
const newForm = el('form', { class: 'album-new', onsubmit: (event) => { event.preventDefault(); newKind(newName.value.trim()); } }, newName, newButton);
root.append(picker, shutter, toolbar, note, stopAdding, body, newForm);

function tell(text, kind) {
  note.textContent = text;
  note.className = 'drop-status ' + (kind || '');
}

async function attempt(work) {
  try { return await work(); } catch (error) {
    if (!(error instanceof Refused || error instanceof DOMException)) throw error;
    tell(error instanceof Refused ? error.message : say('drop.unreadable'), 'bad');
    return null;
  }
}

function address(picture, size) {
  const base = at('thumb/' + picture.sha256 + '.jpg?size=');
  if (!asNetwork) return base + size;
  return base + value().size + '&view=network' + (value().part ? '&part=' + encodeURIComponent(value().part) : '');
}

// The part that matters is drawn on every thumbnail; as the network sees it, only that part is there.
function thumb(picture, size, name) {
  const [left, top, right, bottom] = (value().part || '').split(',').map(Number);
  const image = el('img', { src: address(picture, size), alt: name, loading: 'lazy', draggable: 'false' });
  image.addEventListener('error', () => { image.style.visibility = 'hidden'; });
  const frame = value().part && !asNetwork
    ? el('i', { class: 'thumb-part', style: { left: 100 * left + '%', top: 100 * top + '%', width: 100 * (right - left) + '%', height: 100 * (bottom - top) + '%' } })
    : null;
  return el('span', { class: 'thumb-fit' + (asNetwork ? ' pixels' : '') + (frame ? ' framed' : '') }, image, frame);
}

function fileName(path) {
  return path.split('/').pop();
}

function bars(item) {
  const known = SPLIT_ORDER.filter((split) => item.splits[split]);
  const spoken = known.map((split) => say('split.' + split) + ' ' + grouped(item.splits[split])).join(', ');
  return [
    el('div', { class: 'kind-bar', 'aria-hidden': 'true' }, el('div', { style: { width: Math.max(2, (100 * item.images) / page.largest) + '%' } },
      known.map((split) => el('i', { class: 'split ' + split, style: { width: (100 * item.splits[split]) / item.images + '%' } })))),
    el('small', { class: 'muted' }, known.length ? spoken : say('album.no_pictures')),
  ];
}

function card(item) {
  const name = item.name;
  const open = el('button', { type: 'button', class: 'kind-open', 'data-keep': 'open ' + name, 'aria-label': say('album.open', { name }), onclick: () => openKind(name), disabled: item.images === 0 },
    item.samples.map((picture) => thumb(picture, 160, name + ': ' + fileName(picture.path))));
  const tool = (sign, words, whole, work) => el('button', { type: 'button', class: 'thaw-button quiet small', 'data-keep': sign + ' ' + name, 'aria-label': whole, title: whole, onclick: work }, icon(sign, 16), words);
  const node = el('li', { class: 'kind', 'data-kind': name },
    naming && naming.old === name ? nameForm() : el('div', { class: 'kind-name' }, el('strong', {}, name), el('span', { class: 'count' }, grouped(item.images))),
    bars(item), open,
    el('div', { class: 'kind-tools' },
      tool('plus', say('album.add'), say('album.add_of', { name }), () => choosePictures(name)),
      tool('camera', say('album.photos'), say('album.photos_of', { name }), () => takePhotos(name)),
      item.images ? tool('pencil', '', say('album.rename_of', { name }), () => nameKind(name)) : null));
  node.addEventListener('dragover', (event) => { event.preventDefault(); event.stopPropagation(); node.classList.add('over'); });
  node.addEventListener('dragleave', () => node.classList.remove('over'));
  node.addEventListener('drop', (event) => {
    event.preventDefault();
    event.stopPropagation();
    node.classList.remove('over');
    addDropped(name, event.dataTransfer);
  });
  return node;
}

function cards() {
  const waiting = fresh.map((name) => card({ name, images: 0, splits: {}, samples: [] }));
  const more = page.classes.length < page.total
    ? el('button', { type: 'button', class: 'thaw-button', 'data-keep': 'more', onclick: moreKinds }, say('album.more', { n: grouped(page.total - page.classes.length) })) : null;
  const used = SPLIT_ORDER.filter((split) => page.classes.some((item) => item.splits[split]));
  const legend = used.length > 1 ? el('div', { class: 'legend' }, used.map((split) => el('span', {}, el('i', { class: 'split ' + split }), say('split.' + split)))) : null;
  redraw(body, legend, el('ul', { class: 'kinds cards' }, waiting, page.classes.map(card)), more);
}

function tools() {
  const press = (sign, words, work, disabled) => el('button', { type: 'button', class: 'thaw-button quiet small', 'data-keep': sign, onclick: work, disabled }, icon(sign, 16), words);
  search.placeholder = say('album.search');
  search.setAttribute('aria-label', say('album.search'));
  const view = el('label', { class: 'thaw-check' },
    el('input', { type: 'checkbox', 'data-keep': 'view', checked: asNetwork, onchange: (event) => { asNetwork = event.target.checked; paint(); } }), say('album.as_network', { size: value().size }));
  const open = Boolean(toolbar.querySelector('.album-history[open]'));
  const past = corrections.history.length
    ? el('details', { class: 'album-history', open }, el('summary', { 'data-keep': 'history' }, say('album.history', { n: corrections.history.length })),
      el('ol', { reversed: true }, [...corrections.history].reverse().map((entry) => el('li', { class: entry.is_undone ? 'muted undone' : '' }, entry.sentence)))) : null;
  const out = value().left_out ? press('leave', say('album.left_out', { n: grouped(value().left_out) }), () => openKind('')) : null;
  redraw(toolbar,
    el('h4', {}, say('album.title')),
    el('div', { class: 'album-row' },
      page.total > 12 || query ? search : null, view,
      press('undo', say('album.undo'), () => correct({ action: 'undo' }), !corrections.can_undo),
      press('redo', say('album.redo'), () => correct({ action: 'redo' }), !corrections.can_redo), out),
    el('p', { class: 'muted small' }, say('album.originals')), past);
}

function paint() {
  root.hidden = !value().dataset;
  if (root.hidden) return;
  tools();
  newName.placeholder = say('album.new_name');
  newName.setAttribute('aria-label', say('album.new_name'));
  newButton.replaceChildren(icon('plus', 18), say('album.new'));
  newForm.hidden = opened !== null;
  if (opened === null) cards();
  else paintGrid();
}

async function load() {
  const dataset = value().dataset;
  if (!dataset) { paint(); return; }
  const found = await attempt(() => Promise.all([
    ask(at('classes?count=' + Math.max(CARDS, page.classes.length) + '&q=' + encodeURIComponent(query))), ask(at('corrections'))]));
  if (!found || dataset !== value().dataset) return;
  [page, corrections] = found;
  const names = new Set(page.classes.map((item) => item.name));
  fresh = fresh.filter((name) => !names.has(name));
  if (opened !== null) await loadGrid();
  paint();
}

async function moreKinds() {
  const found = await attempt(() => ask(at('classes?from=' + page.classes.length + '&count=' + CARDS + '&q=' + encodeURIComponent(query))));
  if (found) page = { ...found, classes: [...page.classes, ...found.classes] };
  paint();
}

function newKind(name) {
  if (!name) return;
  if (!fresh.includes(name) && !page.classes.some((item) => item.name === name)) fresh.push(name);
  newName.value = '';
  cards();
  body.querySelector('[data-kind="' + CSS.escape(name) + '"] .kind-tools button').focus();
}

// Each correction is done by the server, which says what it found then; the rest of the page follows by `changed`.
async function correct(asked) {
  const done = await attempt(() => ask(at('correct'), asked));
  if (!done) return false;
  tell('', '');
  trigger('changed', { dataset: value().dataset });
  await load();
  return true;
}

function nameKind(old) {
  naming = { old, text: old };
  cards();
  body.querySelector('[data-keep=new-name]').select();
}

async function named() {
  const { old, text } = naming;
  naming = null;
  cards();
  body.querySelector('[data-kind="' + CSS.escape(old) + '"] [data-keep^=pencil]')?.focus();
  if (text.trim() && text.trim() !== old) await correct({ action: 'rename_class', old, new: text.trim() });
}

function nameForm() {
  const about = say('album.rename_to', { name: naming.old });
  const input = el('input', { type: 'text', class: 'thaw-input', value: naming.text, maxlength: 200, 'data-keep': 'new-name', 'aria-label': about, oninput: () => { naming.text = input.value; } });
  input.addEventListener('keydown', (event) => { if (event.key === 'Escape') { naming.text = ''; named(); } });
  return el('form', { class: 'album-row', onsubmit: (event) => { event.preventDefault(); named(); } },
    input, el('button', { type: 'submit', class: 'thaw-button small' }, say('album.rename')), el('small', { class: 'muted' }, about));
}

async function addPictures(label, files) {
  if (!files.length) return;
  const { dataset } = value();
  offerStop(() => { if (sending) sending.abort(); });
  const done = await attempt(async () => {
    const staged = await stageFiles(files.length, async (n) => ({ name: files[n].name || 'photo-' + (n + 1) + '.jpg', blob: files[n] }),
      (n) => tell(say('album.adding', { done: n + 1, total: files.length })));
    return whenAdded(dataset, await ask('thaw/staging/' + staged + '/add', { dataset, label }));
  });
  stopAdding.hidden = true;
  if (!done) return;
  const refused = done.num_skipped ?? done.skipped.length;
  const reasons = done.skipped.slice(0, REASONS).map((item) => fileName(item.path) + ': ' + item.reason).join(' ');
  const more = refused > REASONS ? ' …' : '';
  const left = refused ? ' ' + say('album.not_added', { n: grouped(refused), reasons }) + more : '';
  tell(say('album.added', { n: grouped(done.added), name: label }) + left, refused ? 'bad' : 'good');
  trigger('changed', { dataset: value().dataset });
  await load();
}

// A folder that is dropped on a kind brings all that is in it, however deep.
async function addDropped(name, transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  const inside = [];
  await attempt(async () => { for (const entry of entries) await walk(entry, '', inside); });
  await addPictures(name, inside.filter(({ path }) => !path.split('/').some((part) => part.startsWith('.'))).map(({ file }) => file));
}

let pickedFor = '';
function choosePictures(label) { pickedFor = label; picker.click(); }
for (const input of [picker, shutter]) {
  input.addEventListener('change', () => { addPictures(pickedFor, [...input.files]); input.value = ''; });
}

let shown = '';
function valueChanged() {
  if (shown !== value().dataset) { opened = naming = null; fresh = []; query = ''; search.value = ''; page = { classes: [], total: 0, largest: 1 }; tell(''); shown = value().dataset; }
  load();
}
