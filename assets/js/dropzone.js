// Brings folders, zips and tables to the server and follows their import. Knows the routes of upload and of a view.
const ENDED = ['finished', 'failed', 'lost', 'stopped'];
const LARGEST_FILE = 4e9; // what one entry of a zip without its 64-bit extension holds
let following = '';
let halted = false; // Stop was pressed while nothing was on its way: the folder is being packed

const status = el('p', { class: 'drop-status', role: 'status' });
const bar = el('div', { class: 'thaw-bar', hidden: true }, el('i'));
const folderInput = el('input', { type: 'file', class: 'thaw-hidden-input', webkitdirectory: true, tabindex: -1, 'aria-hidden': 'true' });
const zipInput = el('input', { type: 'file', class: 'thaw-hidden-input', accept: '.zip,application/zip', multiple: true, tabindex: -1, 'aria-hidden': 'true' });
const cancel = el('button', { type: 'button', class: 'thaw-button quiet', hidden: true, onclick: stop });
const zone = el('div', { class: 'drop-zone', role: 'group' });

function show(text, share, kind) {
  status.textContent = text;
  status.className = 'drop-status ' + (kind || '');
  bar.hidden = share === null;
  if (share !== null) bar.firstChild.style.width = 100 * share + '%';
  cancel.hidden = share === null;
}

function failed(reason) {
  show(reason ? say('drop.failed', { reason }) : '', null, 'bad');
}

// Whatever goes on, packing, sending or reading, is ended; what was read so far is not kept.
function stop() {
  halted = true;
  if (sending) sending.abort();
  else if (following) ask('thaw/datasets/' + following + '/stop', {}).catch((error) => failed(error.message));
}

async function attempt(work) {
  halted = false;
  try { await work(); } catch (error) {
    if (!(error instanceof Refused || error instanceof DOMException)) throw error;
    failed(error instanceof Refused ? error.message : say('drop.unreadable')); // it was moved or removed meanwhile
  }
}

async function sendZip(file) {
  const address = 'thaw/upload?name=' + encodeURIComponent(file.name);
  const reply = await sendBytes(address, file, (done, total) => {
    show(say('drop.sending', { name: file.name, percent: Math.floor((100 * done) / total) }), done / total);
  });
  follow(reply.dataset);
}

// Several zips, or the parts of a large folder, become one set of pictures.
async function sendParts(count, partAt, name) {
  const staged = await stageFiles(count, partAt, (at, share) => {
    show(say('drop.sending_part', { name, part: at + 1, parts: count, percent: Math.floor(100 * share) }), (at + share) / count);
  });
  const reply = await ask('thaw/staging/' + staged + '/import', { name });
  follow(reply.dataset);
}

async function bringFolder(files, name) {
  const useful = files.filter(({ path }) => !path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX'));
  if (!useful.length) return failed(say('drop.no_files'));
  const tooLarge = useful.find(({ file }) => file.size > LARGEST_FILE);
  if (tooLarge) return failed(say('drop.file_too_big', { name: tooLarge.path }));
  const parts = parted(useful);
  const packed = (at) => pack(parts[at], (done, total) => {
    if (halted) throw new Refused('');
    show(say('drop.packing', { done: grouped(done), total: grouped(total) }), done / total);
  });
  if (parts.length === 1) return sendZip(new File([await packed(0)], name + '.zip'));
  return sendParts(parts.length, async (at) => ({ name: name + '-' + (at + 1) + '.zip', blob: await packed(at) }), name);
}

async function bringZips(files) {
  if (files.length === 1) return sendZip(files[0]);
  return sendParts(files.length, async (at) => ({ name: files[at].name, blob: files[at] }), files[0].name);
}

const isZip = (name) => /\.zip$/i.test(name);

async function dropped(event) {
  event.preventDefault();
  zone.classList.remove('over');
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  const files = [...event.dataTransfer.files];
  const zips = entries.filter((entry) => entry.isFile && isZip(entry.name));
  if (!entries.length) return;
  if (zips.length && zips.length === entries.length) return attempt(() => bringZips(files));
  if (zips.length) return failed(say('drop.mixed'));
  const only = entries.length === 1 ? entries[0] : null;
  if (only && only.isFile) return attempt(() => sendZip(files[0])); // the server says by its content what it is
  show(say('drop.gathering'), 0);
  await attempt(async () => {
    const found = [];
    for (const entry of entries) await walk(entry, '', found);
    await bringFolder(found, only ? only.name : 'pictures');
  });
}

async function follow(dataset) {
  if (!dataset || following === dataset) return;
  following = dataset;
  show(say('drop.waiting'), 0);
  while (alive() && following === dataset) {
    let reply = null;
    try {
      const answer = await fetch(inLanguage('thaw/datasets/' + dataset + '/view'));
      reply = await answer.json();
      if (!answer.ok) { following = ''; failed(reasonOf(reply)); return; }
    } catch { show(say('drop.offline'), null, 'bad'); }
    if (reply && ENDED.includes(reply.state)) { following = ''; ended(dataset, reply); return; }
    if (reply) show(phaseWords(reply.phase), reply.phase && reply.phase.total ? reply.phase.done / reply.phase.total : 0);
    await new Promise((wake) => setTimeout(wake, 400));
  }
}

function ended(dataset, reply) {
  if (reply.state === 'finished') show(say('drop.ready'), null, 'good');
  else if (reply.state === 'lost') show(say('drop.lost'), null, 'bad');
  else if (reply.state === 'stopped') show(say('drop.stopped'), null);
  else failed(reasonOf(reply.failure || reply));
  if (reply.state === 'stopped') ask('thaw/datasets/' + dataset + '/delete', {}).then(told, told);
  else told();
  function told() { trigger('ready', { dataset, state: reply.state }); }
}

// `busy`: the server is making a sample or opening a typed path, which takes a moment before there is an import.
// `problem`: why that did not work.
function valueChanged() {
  const { dataset, busy, problem } = props.value || {};
  bar.classList.toggle('waiting', Boolean(busy));
  if (busy) { show(say('drop.moment'), 1); cancel.hidden = true; }
  else if (dataset) follow(dataset);
  else if (problem) failed(problem);
  else if (status.textContent === say('drop.moment')) show('', null);
}

async function beginEmpty() {
  await attempt(async () => {
    const { dataset } = await ask('thaw/datasets', { name: say('drop.new_set') });
    show('', null);
    trigger('ready', { dataset, state: 'finished' });
  });
}

folderInput.addEventListener('change', () => {
  const files = [...folderInput.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
  if (files.length) attempt(() => bringFolder(files, files[0].path.split('/')[0]));
  folderInput.value = '';
});
zipInput.addEventListener('change', () => {
  const files = [...zipInput.files];
  if (files.length) attempt(() => bringZips(files));
  zipInput.value = '';
});
zone.addEventListener('dragover', (event) => { event.preventDefault(); zone.classList.add('over'); });
zone.addEventListener('dragleave', () => zone.classList.remove('over'));
zone.addEventListener('drop', dropped);

function render() {
  zone.setAttribute('aria-label', say('drop.label'));
  cancel.textContent = say('drop.cancel');
  if (status.classList.contains('good')) status.textContent = say('drop.ready');
  const folder = 'webkitdirectory' in folderInput
    ? el('button', { type: 'button', class: 'thaw-button primary', onclick: () => folderInput.click() }, icon('folder', 18), say('drop.choose_folder'))
    : el('span', { class: 'muted' }, say('drop.no_folders'));
  zone.replaceChildren(
    el('div', { class: 'drop-picture' }, icon('upload', 34)),
    el('strong', {}, say('drop.title')), el('span', { class: 'muted' }, say('drop.lead')),
    el('div', { class: 'drop-buttons' }, folder,
      el('button', { type: 'button', class: 'thaw-button', onclick: () => zipInput.click() }, icon('zip', 18), say('drop.choose_zip')),
      el('button', { type: 'button', class: 'thaw-button', onclick: beginEmpty }, icon('camera', 18), say('drop.begin_empty'))),
    cancel);
}

root.append(folderInput, zipInput, zone, bar, status);
watch('words', render);
watch('value', valueChanged);
render();
valueChanged();
