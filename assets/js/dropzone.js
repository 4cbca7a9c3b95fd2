// Brings a folder or a zip to the server and follows its import. Knows the routes of upload and of a dataset's view.
const LARGEST_PACK = 4e9;
const MOST_FILES = 65000; // both are limits of a zip without its 64-bit extension
const ENDED = ['finished', 'failed', 'lost', 'stopped'];
let sending = null;
let following = '';

const status = el('p', { class: 'drop-status', role: 'status' });
const bar = el('div', { class: 'thaw-bar', hidden: true }, el('i'));
const folderInput = el('input', { type: 'file', class: 'thaw-hidden-input', webkitdirectory: true, tabindex: -1, 'aria-hidden': 'true' });
const zipInput = el('input', { type: 'file', class: 'thaw-hidden-input', accept: '.zip,application/zip', tabindex: -1, 'aria-hidden': 'true' });
const cancel = el('button', { type: 'button', class: 'thaw-button quiet', hidden: true, onclick: () => sending && sending.abort() });
const zone = el('div', { class: 'drop-zone', role: 'group' });

function show(text, share, kind) {
  status.textContent = text;
  status.className = 'drop-status ' + (kind || '');
  bar.hidden = share === null;
  if (share !== null) bar.firstChild.style.width = 100 * share + '%';
}

function send(blob, name) {
  const request = new XMLHttpRequest();
  sending = request;
  cancel.hidden = false;
  request.open('POST', inLanguage('thaw/upload?name=' + encodeURIComponent(name)));
  request.responseType = 'json';
  request.upload.onprogress = (event) => {
    const share = event.total ? event.loaded / event.total : 0;
    show(say('drop.sending', { name, percent: Math.floor(100 * share) }), share);
  };
  request.onload = () => {
    if (request.status < 300 && request.response) follow(request.response.dataset);
    else failed(reasonOf(request.response));
  };
  request.onerror = () => failed(say('drop.offline'));
  request.onabort = () => show('', null);
  request.onloadend = () => { sending = null; cancel.hidden = true; };
  request.send(blob);
}

function failed(reason) {
  show(say('drop.failed', { reason }), null, 'bad');
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
    if (reply) progress(reply.phase);
    await new Promise((wake) => setTimeout(wake, 400));
  }
}

function progress(phase) {
  if (phase && phase.total) show(say('drop.reading', { done: grouped(phase.done), total: grouped(phase.total) }), phase.done / phase.total);
  else show(say('drop.reading_start'), 0);
}

function ended(dataset, reply) {
  if (reply.state === 'finished') show(say('drop.ready'), null, 'good');
  else if (reply.state === 'lost') show(say('drop.lost'), null, 'bad');
  else failed(reasonOf(reply.failure || reply));
  trigger('ready', { dataset, state: reply.state });
}

// `busy`: the server is making a sample or opening a typed path, which takes a moment before there is an import.
function valueChanged() {
  const { dataset, busy } = props.value || {};
  bar.classList.toggle('waiting', Boolean(busy));
  if (busy) show(say('drop.moment'), 1);
  else if (dataset) follow(dataset);
  else if (status.textContent === say('drop.moment')) show('', null);
}

async function bringFolder(files, name) {
  const useful = files.filter(({ path }) => !path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX'));
  if (!useful.length) return failed(say('drop.no_files'));
  const size = useful.reduce((total, { file }) => total + file.size, 0);
  if (size > LARGEST_PACK || useful.length > MOST_FILES) return failed(say('drop.too_big'));
  const blob = await pack(useful, (done, total) => show(say('drop.packing', { done, total }), done / total));
  return send(blob, name + '.zip');
}

async function dropped(event) {
  event.preventDefault();
  zone.classList.remove('over');
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  const file = event.dataTransfer.files[0];
  if (entries.length > 1 && entries.every((entry) => entry.isDirectory)) return bringEntries(entries, 'pictures');
  if (entries.length !== 1) return failed(say('drop.one_folder'));
  if (entries[0].isDirectory) return bringEntries(entries, entries[0].name);
  return send(file, file.name);
}

async function bringEntries(entries, name) {
  const found = [];
  for (const entry of entries) await walk(entry, '', found);
  return bringFolder(found, name);
}

folderInput.addEventListener('change', () => {
  const files = [...folderInput.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
  if (files.length) bringFolder(files, files[0].path.split('/')[0]);
  folderInput.value = '';
});
zipInput.addEventListener('change', () => {
  if (zipInput.files[0]) send(zipInput.files[0], zipInput.files[0].name);
  zipInput.value = '';
});
zone.addEventListener('dragover', (event) => { event.preventDefault(); zone.classList.add('over'); });
zone.addEventListener('dragleave', () => zone.classList.remove('over'));
zone.addEventListener('drop', dropped);

function render() {
  zone.setAttribute('aria-label', say('drop.label'));
  cancel.textContent = say('drop.cancel');
  zone.replaceChildren(
    el('div', { class: 'drop-picture' }, icon('upload', 34)),
    el('strong', {}, say('drop.title')), el('span', { class: 'muted' }, say('drop.lead')),
    el('div', { class: 'drop-buttons' },
      el('button', { type: 'button', class: 'thaw-button primary', onclick: () => folderInput.click() }, icon('folder', 18), say('drop.choose_folder')),
      el('button', { type: 'button', class: 'thaw-button', onclick: () => zipInput.click() }, icon('zip', 18), say('drop.choose_zip')),
      cancel));
}

root.append(folderInput, zipInput, zone, bar, status);
watch('words', render);
watch('value', valueChanged);
render();
valueChanged();
