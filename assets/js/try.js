// Shows the chosen run's model something new: a picture, the camera live, or many photos at once. Knows the routes of Try.
const LARGEST = 50 * 2 ** 20;
const SHOWN = 10;
const value = () => props.value || {};
let preview = '';
let last = null; // of the one picture that is shown: {file, waiting} or {file, found} or {file, problem}
let asked = 0;

const hidden = { type: 'file', class: 'thaw-hidden-input', tabindex: -1, 'aria-hidden': 'true' };
const chooser = el('input', { ...hidden, accept: 'image/*', multiple: true });
const folderInput = el('input', { ...hidden, webkitdirectory: true });
const zipInput = el('input', { ...hidden, accept: '.zip,application/zip', multiple: true });
const shutter = el('input', { ...hidden, accept: 'image/*', capture: 'environment' });
const zone = el('div', { class: 'drop-zone small', role: 'group' });
const answer = el('div', { class: 'try-answer', role: 'status', 'aria-live': 'polite' });
const box = el('div', { class: 'try' }, el('div', { class: 'try-left' }, zone, live, liveSaid), answer);
root.append(chooser, folderInput, zipInput, shutter, box, many);

async function askOne(file) {
  if (!file) return;
  if (file.size > LARGEST) { last = { problem: say('try.too_big') }; paint(); return; }
  stopLive();
  render();
  last = { file, waiting: true };
  paint();
  await answered(file);
}

// The model's answer, unless another was asked for meanwhile.
async function answered(file) {
  const mine = (asked += 1);
  let told = null;
  try {
    const reply = await fetch(inLanguage(base() + '/try'), { method: 'POST', body: file });
    const found = await reply.json();
    told = reply.ok ? { file, found } : { file, problem: reasonOf(found), tooFast: reply.status === 429 };
  } catch { told = { file, problem: say('drop.offline') }; }
  if (mine !== asked) return null;
  last = told;
  paint();
  return told;
}

async function answerFrame(file) {
  const told = await answered(file);
  if (told && told.tooFast) slow = Math.min(4000, slow + 500); // a demo takes so many a minute
}

function bars(answers) {
  return el('ol', { class: 'try-bars', 'aria-label': say('try.ranked') }, answers.slice(0, SHOWN).map((item, at) =>
    el('li', { class: at ? '' : 'first' },
      el('span', { class: 'try-name' }, item.class), el('span', { class: 'try-percent' }, percent(item.probability) + ' %'),
      el('span', { class: 'thaw-bar' }, el('i', { style: { width: 100 * item.probability + '%' } })))));
}

function words(found) {
  const best = found.answers.find((item) => item.class === found.class) || found.answers[0];
  const key = found.sure === false ? 'try.unsure' : 'try.answer';
  return el('p', { class: 'try-best' + (found.sure === false ? ' unsure' : '') }, say(key, { name: best.class, percent: percent(best.probability) }));
}

// While somebody tells what a frame shows, that frame stays: its answer is not drawn over.
function telling(file, found) {
  const send = async (label) => {
    try { await sendBytes('thaw/runs/' + value().run + '/tell?label=' + encodeURIComponent(label) + '&name=' + encodeURIComponent(file.name), file, () => {}); }
    finally { setTimeout(() => { held = false; }, 1500); }
  };
  return tellBox(found.answers.map((item) => item.class).sort(), send, (is) => { held = is; });
}

function paint() {
  if (stream && (held || answer.contains(document.activeElement))) return; // somebody is at its button
  if (!last) { answer.replaceChildren(el('div', { class: 'thaw-empty' }, el('p', {}, say('try.here')))); return; }
  const parts = [stream || !last.file ? null : picture(last.file)];
  if (last.waiting) parts.push(el('p', { class: 'muted' }, el('span', { class: 'thaw-spinner' }), say('try.asking')));
  else if (last.problem) parts.push(el('div', { class: 'thaw-note bad' }, icon('warning'), el('p', {}, say('try.failed', { reason: last.problem }))));
  else {
    parts.push(el('div', { class: 'try-words' }, words(last.found), bars(last.found.answers),
      el('small', { class: 'muted' }, say('try.took', { n: Math.round(1000 * last.found.seconds) })), opened ? null : telling(last.file, last.found)));
  }
  answer.replaceChildren(...parts.filter(Boolean));
}

function picture(file) {
  if (preview) URL.revokeObjectURL(preview);
  preview = URL.createObjectURL(file);
  const image = el('img', { src: preview, alt: say('try.your_picture', { name: file.name }) });
  image.addEventListener('error', () => image.remove()); // a TIFF, say: the server reads it, this browser may not
  return image;
}

async function camera() {
  if (stream) { stopLive(); render(); return; }
  liveSaid.textContent = '';
  held = false;
  last = null;
  const reason = await startLive(answerFrame);
  render();
  const button = zone.querySelector('[data-keep=camera]');
  if (!reason) { if (button) button.focus(); return; }
  liveSaid.textContent = reason;
  shutter.click(); // the device's own camera program takes one picture
}

async function take(files) {
  if (files.length === 1 && await isBundle(files[0].file)) return openBundle(files[0].file);
  if (!asks()) { liveSaid.textContent = files.length ? say('model.none') : ''; return null; }
  if (files.length === 1 && !isZip(files[0].path) && !files[0].path.includes('/')) return askOne(files[0].file);
  return files.length ? bringMany(files) : null;
}

async function dropped(event) {
  event.preventDefault();
  zone.classList.remove('over');
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  const found = [];
  try { for (const entry of entries) await walk(entry, '', found); } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    saying(say('drop.unreadable'), null, 'bad');
    return;
  }
  take(found);
}

function render() {
  if (!asks()) many.hidden = true;
  const button = (kind, sign, text, work, keep) => el('button', { type: 'button', class: 'thaw-button ' + kind, 'data-keep': keep, onclick: work }, icon(sign, 18), text);
  zone.setAttribute('aria-label', say('try.label'));
  redraw(zone,
    modelChips(), el('div', { class: 'drop-picture' }, icon('picture', 30)), el('strong', {}, say(asks() ? 'many.drop' : 'model.drop')),
    el('div', { class: 'drop-buttons' }, asks() ? [
      button('primary', 'picture', say('many.choose'), () => chooser.click(), 'choose'),
      'webkitdirectory' in folderInput ? button('', 'folder', say('many.folder'), () => folderInput.click(), 'folder') : null,
      button('', 'zip', say('drop.choose_zip'), () => zipInput.click(), 'zip'),
      button('', stream ? 'stop' : 'camera', stream ? say('live_camera.stop') : say('live_camera.start'), camera, 'camera')] : button('', 'zip', say('model.open'), () => zipInput.click(), 'zip')));
  answer.hidden = !asks();
  answer.setAttribute('aria-live', stream ? 'off' : 'polite'); // nobody reads so many answers aloud
  if (asks()) paint();
}

// Another model is asked from now on: what the one before said is put away.
function choose(model) {
  opened = model;
  asked += 1;
  last = null;
  stopLive();
  findTried();
  render();
}

// An update that says nothing new leaves what is shown: somebody may just be telling what a picture is.
let shownRun;
let shownIn = '';
function changed() {
  const language = dictionary().language;
  if (value().run === shownRun && language === shownIn) return;
  shownIn = language;
  if (value().run !== shownRun) { shownRun = value().run; choose(null); loadModels().then(render); }
  render();
  if (seen && seen.summary && !many.hidden) { saying(headline(seen.summary), null); paintMany(); }
}

const chosenFiles = (input) => [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
for (const input of [chooser, folderInput, zipInput, shutter]) {
  input.addEventListener('change', () => { const files = chosenFiles(input); input.value = ''; take(files); });
}
zone.addEventListener('dragover', (event) => { event.preventDefault(); zone.classList.add('over'); });
zone.addEventListener('dragleave', () => zone.classList.remove('over'));
zone.addEventListener('drop', dropped);
document.addEventListener('paste', (event) => {
  if (!alive() || !asks() || !box.offsetWidth) return;
  const file = [...event.clipboardData.files].find((item) => item.type.startsWith('image/'));
  if (file) askOne(file);
});
watch(['value', 'words'], changed);
changed();
