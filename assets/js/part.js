// One rectangle for all pictures: the part that matters. Drawn over a picture by pointer or touch, moved and sized with
// the arrow keys, or typed. Fires `mark`; knows where a larger view of a picture is.
const value = () => props.value || {};
const WHOLE = [0, 0, 1, 1];
const LEAST = 0.05;
let box = WHOLE;
let sample = 0;

const summary = el('div', { class: 'part-summary' });
const image = el('img', { class: 'part-picture', alt: '', draggable: 'false' });
const frame = el('div', { class: 'part-box', role: 'group', tabindex: 0 }, el('i', { class: 'part-corner' }));
const stage = el('div', { class: 'part-stage' }, image, frame);
const fields = el('div', { class: 'album-row part-fields' });
const hint = el('p', { class: 'muted small' });
const heading = el('h3', {});
const buttons = el('div', { class: 'thaw-buttons' });
const dialog = el('dialog', { class: 'thaw-dialog' }, heading, hint, stage, fields, buttons);
root.append(summary, dialog);

const parsed = (text) => { const shares = (text || '').split(',').map(Number); return shares.length === 4 && shares.every(Number.isFinite) ? shares : WHOLE; };
const isWhole = () => box.every((share, n) => share === WHOLE[n]);
const clamp = (share) => Math.min(1, Math.max(0, share));
const rounded = (share) => Math.round(1000 * share) / 1000;

function place(left, top, right, bottom) {
  box = [left, top, right, bottom].map(clamp).map(rounded);
  const [l, t, r, b] = box;
  Object.assign(frame.style, { left: 100 * l + '%', top: 100 * t + '%', width: 100 * (r - l) + '%', height: 100 * (b - t) + '%' });
  const words = { left: Math.round(100 * l), top: Math.round(100 * t), right: Math.round(100 * r), bottom: Math.round(100 * b) };
  frame.setAttribute('aria-label', say('part.box', words));
  [...fields.querySelectorAll('input')].forEach((input, n) => { if (input !== document.activeElement) input.value = Math.round(100 * box[n]); });
}

// A drag inside the frame moves it, at its corner sizes it, and anywhere else draws a new one.
function grabbed(event) {
  event.preventDefault();
  stage.setPointerCapture(event.pointerId);
  const area = image.getBoundingClientRect();
  const at = (pointer) => [clamp((pointer.clientX - area.left) / area.width), clamp((pointer.clientY - area.top) / area.height)];
  const begin = at(event);
  const before = [...box];
  const corner = event.target.classList.contains('part-corner');
  const inside = event.target === frame && !isWhole();
  const move = (pointer) => {
    const [x, y] = at(pointer);
    const [l, t, r, b] = before;
    if (corner) place(l, t, Math.max(l + LEAST, x), Math.max(t + LEAST, y));
    else if (inside) shifted(before, x - begin[0], y - begin[1]);
    else if (Math.abs(x - begin[0]) >= LEAST && Math.abs(y - begin[1]) >= LEAST) place(Math.min(x, begin[0]), Math.min(y, begin[1]), Math.max(x, begin[0]), Math.max(y, begin[1]));
    else place(l, t, r, b);
  };
  const end = () => { stage.removeEventListener('pointermove', move); frame.focus(); };
  stage.addEventListener('pointermove', move);
  for (const name of ['pointerup', 'pointercancel']) stage.addEventListener(name, end, { once: true });
}

function shifted([l, t, r, b], x, y) {
  const right = Math.max(-l, Math.min(1 - r, x));
  const down = Math.max(-t, Math.min(1 - b, y));
  place(l + right, t + down, r + right, b + down);
}

function keyed(event) {
  const steps = { ArrowLeft: [-0.01, 0], ArrowRight: [0.01, 0], ArrowUp: [0, -0.01], ArrowDown: [0, 0.01] };
  const step = steps[event.key];
  if (!step) return;
  event.preventDefault();
  const [l, t, r, b] = box;
  if (event.shiftKey) place(l, t, Math.max(l + LEAST, r + step[0]), Math.max(t + LEAST, b + step[1]));
  else shifted(box, step[0], step[1]);
}

function show(n) {
  const samples = value().samples || [];
  if (!samples.length) return;
  sample = (n + samples.length) % samples.length;
  image.src = 'thaw/datasets/' + value().dataset + '/thumb/' + samples[sample] + '.jpg?size=640';
  image.alt = say('part.picture', { n: sample + 1, total: samples.length });
}

function open() {
  place(...parsed(value().part));
  show(0);
  dialog.showModal();
  frame.focus();
}

function take(part) {
  dialog.close();
  trigger('mark', { dataset: value().dataset, part });
}

function field(n) {
  const input = el('input', { type: 'number', class: 'thaw-input', min: 0, max: 100, step: 1 });
  input.addEventListener('input', () => { const next = [...box]; next[n] = Number(input.value) / 100; if (next[2] - next[0] >= LEAST && next[3] - next[1] >= LEAST) place(...next); });
  return el('label', { class: 'part-field' }, el('span', {}, [say('part.left'), say('part.top'), say('part.right'), say('part.bottom')][n]), input);
}

function render() {
  root.hidden = !(value().samples || []).length;
  const marked = Boolean(value().part);
  box = parsed(value().part);
  const [l, t, r, b] = box.map((share) => Math.round(100 * share));
  heading.textContent = say('part.title');
  hint.textContent = say('part.hint');
  fields.replaceChildren(...[0, 1, 2, 3].map(field));
  const press = (words, work, look) => el('button', { type: 'button', class: 'thaw-button ' + (look || ''), onclick: work }, words);
  buttons.replaceChildren(press(say('part.use'), () => take(isWhole() ? '' : box.join(',')), 'primary'), press(say('part.whole'), () => take('')), press(say('part.other'), () => show(sample + 1)), press(say('part.cancel'), () => dialog.close(), 'quiet'));
  summary.replaceChildren(
    el('button', { type: 'button', class: 'thaw-button', onclick: open }, icon('frame', 18), marked ? say('part.change') : say('part.mark')),
    el('p', { class: 'muted small' }, marked ? say('part.marked', { left: l, top: t, right: r, bottom: b }) : say('part.why')));
}

stage.addEventListener('pointerdown', grabbed);
frame.addEventListener('keydown', keyed);
watch('words', render);
watch('value', render);
render();
