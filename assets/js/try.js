// A picture goes to the chosen run's model; the ranked classes come back as bars. Knows the route of Try.
const LARGEST = 50 * 2 ** 20;
const SHOWN = 10;
const value = () => props.value || {};
let preview = '';
let last = null;
let asked = 0;

const chooser = el('input', { type: 'file', class: 'thaw-hidden-input', accept: 'image/*', tabindex: -1, 'aria-hidden': 'true' });
const camera = el('input', { type: 'file', class: 'thaw-hidden-input', accept: 'image/*', capture: 'environment', tabindex: -1, 'aria-hidden': 'true' });
const zone = el('div', { class: 'drop-zone small', role: 'group' });
const answer = el('div', { class: 'try-answer', role: 'status', 'aria-live': 'polite' });
const box = el('div', { class: 'try' }, el('div', { class: 'try-left' }, zone), answer);
root.append(chooser, camera, box);

async function ask(file) {
  if (!file) return;
  if (file.size > LARGEST) return problem(say('try.too_big'));
  const mine = (asked += 1);
  if (preview) URL.revokeObjectURL(preview);
  preview = URL.createObjectURL(file);
  last = { name: file.name, waiting: true };
  paint();
  try {
    const reply = await fetch(inLanguage('thaw/runs/' + value().run + '/try'), { method: 'POST', body: file });
    const found = await reply.json();
    if (mine !== asked) return;
    last = reply.ok ? { name: file.name, answers: found.answers, seconds: found.seconds } : { name: file.name, problem: reasonOf(found) };
  } catch {
    if (mine === asked) last = { name: file.name, problem: say('drop.offline') };
  }
  if (mine === asked) paint();
}

function problem(text) {
  last = { name: '', problem: text };
  paint();
}

function bars(answers) {
  return el('ol', { class: 'try-bars', 'aria-label': say('try.ranked') }, answers.slice(0, SHOWN).map((item, at) =>
    el('li', { class: at ? '' : 'first' },
      el('span', { class: 'try-name' }, item.class), el('span', { class: 'try-percent' }, percent(item.probability) + ' %'),
      el('span', { class: 'thaw-bar' }, el('i', { style: { width: 100 * item.probability + '%' } })))));
}

function paint() {
  if (!last) { answer.replaceChildren(el('div', { class: 'thaw-empty' }, el('p', {}, say('try.here')))); return; }
  const picture = last.name && preview ? el('img', { src: preview, alt: say('try.your_picture', { name: last.name }) }) : null;
  const parts = [picture];
  if (last.waiting) parts.push(el('p', { class: 'muted' }, el('span', { class: 'thaw-spinner' }), say('try.asking')));
  else if (last.problem) parts.push(el('div', { class: 'thaw-note bad' }, icon('warning'), el('p', {}, say('try.failed', { reason: last.problem }))));
  else {
    const best = last.answers[0];
    parts.push(el('div', { class: 'try-words' },
      el('p', { class: 'try-best' }, say('try.answer', { name: best.class, percent: percent(best.probability) })), bars(last.answers),
      el('small', { class: 'muted' }, say('try.took', { n: Math.round(1000 * last.seconds) }))));
  }
  answer.replaceChildren(...parts.filter(Boolean));
  const image = answer.querySelector('img');
  if (image) image.addEventListener('error', () => image.remove()); // a TIFF, say: the server reads it, this browser may not
}

function render() {
  box.hidden = !value().run;
  zone.setAttribute('aria-label', say('try.label'));
  zone.replaceChildren(
    el('div', { class: 'drop-picture' }, icon('picture', 30)), el('strong', {}, say('try.drop')),
    el('div', { class: 'drop-buttons' },
      el('button', { type: 'button', class: 'thaw-button primary', onclick: () => chooser.click() }, icon('picture', 18), say('try.choose')),
      el('button', { type: 'button', class: 'thaw-button', onclick: () => camera.click() }, icon('camera', 18), say('try.camera'))));
  paint();
}

let shownRun = value().run;
function changed() {
  if (value().run !== shownRun) { shownRun = value().run; asked += 1; last = null; }
  render();
}

for (const input of [chooser, camera]) {
  input.addEventListener('change', () => { ask(input.files[0]); input.value = ''; });
}
zone.addEventListener('dragover', (event) => { event.preventDefault(); zone.classList.add('over'); });
zone.addEventListener('dragleave', () => zone.classList.remove('over'));
zone.addEventListener('drop', (event) => {
  event.preventDefault();
  zone.classList.remove('over');
  ask([...event.dataTransfer.files][0]);
});
document.addEventListener('paste', (event) => {
  if (!alive() || box.hidden || !box.offsetWidth) return;
  const file = [...event.clipboardData.files].find((item) => item.type.startsWith('image/'));
  if (file) ask(file);
});
watch(['value', 'words'], changed);
render();
