// Many photos at once: packed and sent, answered by a job that goes on without the page, shown as a table that is
// filtered and sorted, taken away as a table or as copies in folders. Knows the routes of tries.
const ENDED = ['finished', 'failed', 'lost', 'stopped'];
const ROWS = 60;
let tried = ''; // the job whose photos are shown
let seen = null; // what its view said last
let photos = { photos: [], total: 0 };
let shownKind = '';
let order = 'least_sure';
let halted = false; // Stop was pressed while photos were on their way

const many = el('section', { class: 'try-many thaw-card', hidden: true });
const manySaid = el('p', { role: 'status', class: 'try-many-said' });
const manyBar = el('div', { class: 'thaw-bar', hidden: true }, el('i'));
const manyBody = el('div', {});
const manyStop = el('button', { type: 'button', class: 'thaw-button quiet', hidden: true, onclick: stopMany });
many.append(manySaid, manyBar, manyStop, manyBody);

const isZip = (name) => /\.zip$/i.test(name);
const atTry = (rest) => 'thaw/tries/' + tried + '/' + rest;

function saying(text, share, kind) {
  many.hidden = false;
  manySaid.textContent = text;
  manySaid.className = 'try-many-said ' + (kind || '');
  manyBar.hidden = manyStop.hidden = share === null;
  manyStop.textContent = say('drop.cancel');
  if (share !== null) manyBar.firstChild.style.width = 100 * share + '%';
}

// `files` are {file, path}. Zips go as they are, all else is packed; paths stay as the person sees them.
async function bringMany(files) {
  const useful = files.filter(({ path }) => !path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX'));
  const zips = useful.filter(({ path }) => isZip(path));
  const parts = parted(useful.filter(({ path }) => !isZip(path)));
  if (!useful.length) { saying(say('drop.no_files'), null, 'bad'); return; }
  halted = false;
  forget();
  const count = zips.length + parts.length;
  const packed = (at) => pack(parts[at], (done, total) => {
    if (halted) throw new Refused('');
    saying(say('drop.packing', { done: grouped(done), total: grouped(total) }), done / total);
  });
  const partAt = async (at) => (at < zips.length ? { name: zips[at].file.name, blob: zips[at].file } : { name: 'photos.zip', blob: await packed(at - zips.length) });
  try {
    const staged = await stageFiles(count, partAt, (at, share) => saying(say('many.sending', { percent: Math.floor((100 * (at + share)) / count) }), (at + share) / count));
    follow((await ask('thaw/staging/' + staged + '/try', opened ? { model: opened.id } : { run: value().run })).tried);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof DOMException)) throw error;
    saying(error instanceof Refused ? error.message || say('drop.stopped') : say('drop.unreadable'), null, error.message ? 'bad' : '');
  }
}

function stopMany() {
  halted = true;
  if (sending) sending.abort();
  else if (tried) ask(atTry('stop'), {}).catch((error) => saying(error.message, null, 'bad'));
}

function forget() {
  tried = '';
  seen = null;
  shownKind = '';
  manyBody.replaceChildren();
}

// What was shown to this model before the page was loaded.
async function findTried() {
  forget();
  many.hidden = true;
  if (!asks()) return;
  const asked = base();
  try {
    const found = await ask(asked + '/tried');
    if (found.tried && base() === asked) follow(found.tried);
  } catch (error) { if (!(error instanceof Refused)) throw error; }
}

async function follow(name) {
  tried = name;
  saying(say('many.starting'), 0);
  while (alive() && tried === name) {
    let reply = null;
    try { reply = await ask(atTry('view')); } catch (error) {
      if (!(error instanceof Refused)) throw error;
      saying(error.message, null, 'bad');
    }
    if (tried !== name) return;
    if (reply && ENDED.includes(reply.state)) { seen = reply; await ended(); return; }
    if (reply) saying(progress(reply.phase), reply.phase && reply.phase.total ? reply.phase.done / reply.phase.total : 0);
    await new Promise((wake) => setTimeout(wake, 400));
  }
}

function progress(phase) {
  if (!phase) return say('many.starting');
  return say('many.phase_' + phase.name, { done: grouped(phase.done), total: grouped(phase.total) });
}

async function ended() {
  if (seen.failure) { saying(reasonOf(seen.failure), null, 'bad'); redraw(manyBody, el('div', { class: 'thaw-buttons' }, putAway())); return; }
  saying(headline(seen.summary), null);
  await load(0);
}

function headline(summary) {
  const parts = [say(seen.state === 'stopped' ? 'many.stopped' : 'many.found', { n: grouped(summary.images) })];
  if (summary.skipped) parts.push(say('many.skipped', { n: grouped(summary.skipped) }));
  if (summary.unsure) parts.push(say('many.unsure', { n: grouped(summary.unsure) }));
  if (summary.unlike) parts.push(say('many.unlike', { percent: percent(summary.unlike / summary.images) }));
  else if (summary.unlike === 0) parts.push(say('many.alike'));
  return parts.join(dictionary().language === 'zh-CN' ? '' : ' ');
}

async function load(from) {
  const only = ['unsure', 'unlike'].includes(shownKind.slice(1)) && shownKind.startsWith(' ') ? shownKind.slice(1) : '';
  const kind = only ? '' : shownKind;
  try {
    const page = await ask(atTry('photos?class=' + encodeURIComponent(kind) + '&only=' + only + '&order=' + order + '&from=' + from + '&count=' + ROWS));
    photos = { photos: from ? [...photos.photos, ...page.photos] : page.photos, total: page.total };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    saying(error.message, null, 'bad');
    return;
  }
  if (from) { manyBody.querySelector('tbody').append(...photos.photos.slice(from).map(row)); more(); } else paintMany();
}

function select(name, options, chosen, change) {
  const box = el('select', { class: 'thaw-input', 'data-keep': name, 'aria-label': say(name), onchange: () => change(box.value) },
    options.map(([choice, text]) => el('option', { value: choice, selected: choice === chosen }, text)));
  return box;
}

function tools() {
  const { summary } = seen;
  const kinds = [['', say('many.all', { n: grouped(summary.images) })], ...summary.kinds.map(([name, n]) => [name, name + ' (' + grouped(n) + ')'])];
  if (summary.unsure) kinds.push([' unsure', say('many.only_unsure', { n: grouped(summary.unsure) })]);
  if (summary.unlike) kinds.push([' unlike', say('many.only_unlike', { n: grouped(summary.unlike) })]);
  const orders = ['least_sure', 'most_sure', 'path'].map((one) => [one, say('many.order_' + one)]);
  return el('div', { class: 'album-row try-tools' },
    select('many.kind', kinds, shownKind, (kind) => { shownKind = kind; load(0); }), select('many.order', orders, order, (by) => { order = by; load(0); }),
    el('a', { class: 'thaw-button', href: atTry('answers.csv'), download: true }, icon('fetch', 18), say('many.table')),
    el('a', { class: 'thaw-button', href: atTry('sorted.zip'), download: true, title: say('many.copies_help') }, icon('folder', 18), say('many.copies')), putAway());
}

const putAway = () => el('button', { type: 'button', class: 'thaw-button quiet', onclick: async () => {
  try { await ask(atTry('drop'), {}); } catch (error) { if (!(error instanceof Refused)) throw error; saying(error.message, null, 'bad'); return; }
  forget();
  many.hidden = true;
  zone.querySelector('button').focus();
} }, icon('close', 18), say('many.put_away'));

function row(photo) {
  const sure = photo.sure !== false;
  const marks = [sure ? null : el('small', { class: 'muted' }, say('many.rather', { name: photo.class })), photo.unlike ? el('small', { class: 'try-unlike' }, icon('warning', 14), say('many.is_unlike')) : null];
  return el('tr', {},
    el('th', { scope: 'row' }, el('span', { class: 'try-photo' }, el('img', { src: atTry('thumb/' + photo.sha256 + '.jpg'), alt: '', loading: 'lazy', width: 56, height: 56 }), el('span', {}, photo.path))),
    el('td', {}, el('span', { class: 'try-said' }, sure ? photo.class : say('many.dont_know'), ...marks.filter(Boolean))),
    el('td', {}, percent(photo.probability) + ' %', el('span', { class: 'mini-bar', 'aria-hidden': 'true' }, el('i', { style: { width: 100 * photo.probability + '%' } }))),
    el('td', {}, photo.taken || '–'),
    el('td', {}, opened ? null : tellBox(seen.classes, (label) => ask(atTry('tell'), { sha256: photo.sha256, label }))));
}

function paintMany() {
  const heads = ['photo', 'answer', 'certainty', 'taken', 'tell'].map((name) => el('th', { scope: 'col' }, say('many.col_' + name)));
  redraw(manyBody, tools(),
    el('div', { class: 'thaw-scroll', tabindex: 0, role: 'group', 'aria-label': say('many.title') },
      el('table', { class: 'thaw-table try-table' }, el('thead', {}, el('tr', {}, heads)), el('tbody', {}, photos.photos.map(row)))),
    el('div', { class: 'thaw-next try-more' }), seen.summary.skipped ? unreadBox() : null);
  more();
}

function more() {
  const left = photos.total - photos.photos.length;
  const next = el('button', { type: 'button', class: 'thaw-button quiet', 'data-keep': 'more', onclick: () => load(photos.photos.length) }, say('many.more', { n: grouped(left) }));
  redraw(manyBody.querySelector('.try-more'), left > 0 ? next : null);
}

function unreadBox() {
  const list = el('ul', {});
  const box = el('details', {}, el('summary', {}, say('many.skipped', { n: grouped(seen.summary.skipped) })), list);
  box.addEventListener('toggle', async () => {
    if (!box.open || list.childElementCount) return;
    const { files } = await ask(atTry('unread'));
    list.append(...files.map((file) => el('li', {}, el('b', {}, file.path), ' ' + file.reason)));
  });
  return box;
}
