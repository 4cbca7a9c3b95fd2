// Why it answered so: where the model looked in a picture, and the training pictures that are most like it. Asked by a
// button, then for each picture that is looked at. Knows their routes.
let isAsking = false; // whether whys are wanted
let reason = { sha256: '', why: null, alike: null, problem: '' };
const askAlike = asker((reply) => { reason.alike = reply; paintOne(); });

async function explain(picture) {
  const { sha256 } = picture;
  if (!isAsking || picture.gone || reason.sha256 === sha256) return;
  reason = { sha256, why: null, alike: { state: 'working' }, problem: '' };
  const at = (path) => 'thaw/runs/' + value().run + '/' + path + '?sha256=' + sha256;
  askAlike(at('alike'));
  try {
    const place = (value().classes || []).indexOf(picture.answer); // whatever the model decides by now, this was its answer
    const why = await ask(at('why') + (place < 0 ? '' : '&class=' + place));
    if (reason.sha256 === sha256) reason.why = why;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (reason.sha256 === sha256) reason.problem = error.message;
  }
  if (reason.sha256 === sha256) paintOne();
}

// The picture, with the glow over it once it is known.
function portrait(picture) {
  const frame = thumb(picture, 320);
  const { why } = reason;
  if (!isAsking || reason.sha256 !== picture.sha256 || !why) return frame;
  const image = frame.querySelector('img');
  if (!image) return frame;
  const draw = () => { if (image.naturalWidth) image.replaceWith(heatOver(image, why.map, why.covers, value().part)); };
  if (image.complete) draw();
  image.loading = 'eager';
  image.addEventListener('load', draw);
  return frame;
}

function toggleWhy() {
  isAsking = !isAsking;
  reason = { sha256: '', why: null, alike: null, problem: '' };
  askAlike('');
  paintOne();
}

function near(one) {
  const image = el('img', { src: 'thaw/datasets/' + page.dataset + '/thumb/' + one.sha256 + '.jpg?size=160', alt: '', loading: 'lazy' });
  image.addEventListener('error', () => { image.style.visibility = 'hidden'; });
  return el('li', {}, el('span', { class: 'thumb-fit' }, image), el('small', {}, one.class), el('small', { class: 'muted' }, say('why.likeness', { n: Math.round(100 * one.likeness) })));
}

function reasons(picture) {
  const press = el('button', { type: 'button', class: 'thaw-button small', 'data-keep': 'why', 'aria-pressed': String(isAsking), onclick: toggleWhy }, say('why.ask'));
  if (!isAsking || picture.gone) return picture.gone ? null : press;
  const { why, alike, problem } = reason;
  return [press,
    problem ? el('p', { role: 'status' }, problem) : why ? el('p', { class: 'small' }, say('why.looked', { name: why.class })) : waitingLine(say('why.looking')),
    el('h4', {}, say('why.alike')),
    !alike || alike.state === 'working' ? waitingLine(alike && alike.total ? say('checks.working', { done: grouped(alike.done), total: grouped(alike.total) }) : say('why.comparing')) :
      alike.state === 'failed' ? el('p', {}, alike.message) : [
        alike.is_unlike ? el('p', { class: 'small' }, icon('warning', 14), ' ', say('why.unlike')) : null,
        el('ul', { class: 'near' }, alike.alike.map(near))]].flat();
}
