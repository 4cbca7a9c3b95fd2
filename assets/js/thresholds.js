// Two sliders that decide how the model answers: how few of a class that must not be missed slip through, and how many
// pictures it leaves unanswered. Each point is counted on the pictures that the run was measured on; what is kept goes
// with the model. Knows their routes.
const value = () => props.value || {};
const at = (path) => 'thaw/runs/' + value().run + '/' + path;
let run = null;
let watched = ''; // the place of the class that must not be missed, as text; empty for none
let miss = null; // {points, usual, few, chosen} or {problem}
let missAt = 0;
let doubt = null;
let doubtAt = 0;
let told = { miss: '', doubt: '' };

const missCard = el('section', { class: 'thaw-card' });
const doubtCard = el('section', { class: 'thaw-card' });
root.append(el('div', { class: 'thresholds' }, missCard, doubtCard));

async function attempt(work, card) {
  try { return await work(); } catch (error) {
    if (!(error instanceof Refused)) throw error;
    told[card] = error.message;
    paint();
    return null;
  }
}

async function chooseClass(place) {
  [watched, miss] = [place, null];
  told.miss = '';
  paint();
  if (place === '') return;
  const found = await attempt(() => ask(at('missing?class=' + place)), 'miss');
  if (!found || watched !== place) return;
  miss = found;
  if (found.points) missAt = found.chosen ?? nearestTo(found.usual[1][0], found.points);
  paint();
}

// The point that misses as many as the likeliest class does, where no other was kept.
function nearestTo(missed, points) {
  let best = 0;
  points.forEach((point, place) => { if (Math.abs(point[1][0] - missed) < Math.abs(points[best][1][0] - missed)) best = place; });
  return best;
}

async function loadDoubt() {
  const found = await attempt(() => ask(at('doubt')), 'doubt');
  if (!found) return;
  doubt = found;
  doubtAt = found.chosen ?? 0;
  paint();
}

async function keep(card, asked) {
  const kept = await attempt(() => ask(at('decision'), asked), card);
  if (!kept) return;
  if (card === 'miss') miss.chosen = asked.at;
  else doubt.chosen = asked.doubt;
  told[card] = say(asked.at === null || asked.doubt === null ? 'decision.taken_back' : 'decision.kept');
  paint();
  const slider = (card === 'miss' ? missCard : doubtCard).querySelector('input');
  if (slider && document.activeElement === document.body) slider.focus(); // the button is off now
  trigger('changed', { run: value().run });
}

function shows(key, words) {
  return el('button', { type: 'button', class: 'thaw-button quiet small', 'data-keep': key, 'data-show': key, onclick: () => window.dispatchEvent(new CustomEvent('thaw-show', { detail: { show: key, at: 0 } })) }, words);
}

function rateLine(name, [part, whole, low, high], look) {
  return el('div', { class: 'rate-line ' + look },
    el('span', {}, name), el('b', {}, say('rate.of', { part: grouped(part), whole: grouped(whole) })),
    el('div', { class: 'scale', 'aria-hidden': 'true' }, el('i', { class: 'likely', style: { left: 100 * low + '%', width: Math.max(0.6, 100 * (high - low)) + '%' } }), el('i', { class: 'found-rate', style: { left: (100 * part) / Math.max(1, whole) + '%' } })),
    el('small', { class: 'muted' }, say('results.likely', { low: percent(low), high: percent(high) })));
}

function slider(label, ends, most, place, spoken, move) {
  const input = el('input', { type: 'range', min: 0, max: most, value: place, 'data-keep': label, 'aria-label': label, 'aria-valuetext': spoken, oninput: () => move(Number(input.value)) });
  input.value = String(place);
  return el('div', { class: 'slider' }, el('span', { 'aria-hidden': 'true' }, ends[0]), input, el('span', { 'aria-hidden': 'true' }, ends[1]));
}

function missWords(point) {
  const [, missed, checked] = point;
  return say('miss.sentence', { whole: grouped(missed[1]), name: value().classes[Number(watched)], missed: grouped(missed[0]), others: grouped(checked[1]), checked: grouped(checked[0]) });
}

function missBody() {
  if (miss.problem) return [el('p', {}, miss.problem)];
  const point = miss.points[missAt];
  const isKept = miss.chosen === missAt;
  return [
    el('p', { class: 'sentence' }, missWords(point)),
    slider(say('miss.slider'), [say('miss.fewer'), say('miss.less')], miss.points.length - 1, missAt, missWords(point), (place) => { missAt = place; told.miss = ''; paint(); }),
    rateLine(say('miss.slipped'), point[1], 'warm'), rateLine(say('miss.checked'), point[2], 'cold'),
    miss.few ? el('p', { class: 'muted' }, say('miss.few')) : null,
    el('div', { class: 'thaw-buttons' },
      point[1][0] ? shows('slip:' + watched + ':' + missAt, say('miss.see_slipped', { n: grouped(point[1][0]) })) : null,
      point[2][0] ? shows('check:' + watched + ':' + missAt, say('miss.see_checked', { n: grouped(point[2][0]) })) : null),
    el('div', { class: 'thaw-buttons' },
      el('button', { type: 'button', class: 'thaw-button', 'data-keep': 'keep-miss', disabled: isKept, onclick: () => keep('miss', { class: Number(watched), at: missAt }) }, say(isKept ? 'decision.is_kept' : 'decision.keep')),
      miss.chosen !== null ? el('button', { type: 'button', class: 'thaw-button quiet', 'data-keep': 'drop-miss', onclick: () => keep('miss', { class: Number(watched), at: null }) }, say('decision.take_back')) : null),
  ];
}

function paintMiss() {
  const choice = el('select', { class: 'thaw-input', 'data-keep': 'class', 'aria-label': say('miss.class'), onchange: () => chooseClass(choice.value) },
    el('option', { value: '' }, say('miss.none')), (value().classes || []).map((name, place) => el('option', { value: place, selected: String(place) === watched }, name)));
  redraw(missCard, el('h3', {}, say('miss.title')), el('p', { class: 'muted' }, say('miss.lead')), choice,
    watched === '' ? null : miss ? missBody() : waitingLine(say('seen.loading')),
    el('p', { role: 'status' }, told.miss));
}

function doubtWords(point) {
  const [, unanswered, right] = point;
  const often = percent(right[0] / Math.max(1, right[1]));
  if (!unanswered[0]) return say('doubt.all', { right: often });
  const share = unanswered[1] / unanswered[0];
  return share >= 1.5 ? say('doubt.sentence', { n: Math.round(share), right: often }) : say('doubt.most', { percent: percent(1 / share), right: often });
}

// Right answers among those given, by how many are given: the risk-coverage curve, upside down.
function curve() {
  const [width, height, edge] = [320, 130, 8];
  const x = (point) => edge + (width - 2 * edge) * (1 - point[1][0] / point[1][1]);
  const lowest = Math.min(...doubt.points.map((point) => point[2][0] / Math.max(1, point[2][1])));
  const y = (point) => edge + (height - 2 * edge) * (1 - (point[2][0] / Math.max(1, point[2][1]) - lowest) / Math.max(1e-6, 1 - lowest));
  const here = doubt.points[doubtAt];
  return el('figure', { class: 'doubt-curve' }, drawing('svg', { viewBox: `0 0 ${width} ${height}`, class: 'scatter', 'aria-hidden': 'true' },
    drawing('polyline', { points: doubt.points.map((point) => `${x(point).toFixed(1)},${y(point).toFixed(1)}`).join(' '), class: 'rates-line' }),
    drawing('circle', { cx: x(here), cy: y(here), r: 6, class: 'doubt-mark' })),
  el('figcaption', { class: 'muted small' }, say('doubt.axes', { low: percent(lowest) })));
}

function doubtBody() {
  if (!doubt.known) return [el('p', {}, doubt.problem)];
  const point = doubt.points[doubtAt];
  const isKept = (doubt.chosen ?? 0) === doubtAt;
  return [
    el('p', { class: 'sentence' }, doubtWords(point)),
    slider(say('doubt.slider'), [say('doubt.fewer'), say('doubt.more')], doubt.points.length - 1, doubtAt, doubtWords(point), (place) => { doubtAt = place; told.doubt = ''; paint(); }),
    el('small', { class: 'muted' }, say('results.likely', { low: percent(point[2][2]), high: percent(point[2][3]) })), curve(),
    el('div', { class: 'thaw-buttons' },
      point[1][0] ? shows('unsure:' + doubtAt, say('doubt.see_unsure', { n: grouped(point[1][0]) })) : null,
      point[2][1] > point[2][0] ? shows('sure_wrong:' + doubtAt, say('doubt.see_wrong', { n: grouped(point[2][1] - point[2][0]) })) : null),
    el('div', { class: 'thaw-buttons' },
      el('button', { type: 'button', class: 'thaw-button', 'data-keep': 'keep-doubt', disabled: isKept, onclick: () => keep('doubt', { doubt: doubtAt || null }) }, say(isKept ? 'decision.is_kept' : 'decision.keep')),
      doubt.chosen !== null ? el('button', { type: 'button', class: 'thaw-button quiet', 'data-keep': 'drop-doubt', onclick: () => { doubtAt = 0; keep('doubt', { doubt: null }); } }, say('decision.take_back')) : null),
  ];
}

function paintDoubt() {
  redraw(doubtCard, el('h3', {}, say('doubt.title')), el('p', { class: 'muted' }, say('doubt.lead')),
    doubt ? doubtBody() : told.doubt ? null : waitingLine(say('seen.loading')), el('p', { role: 'status' }, told.doubt));
}

function paint() {
  root.hidden = !value().run;
  if (root.hidden) return;
  paintMiss();
  paintDoubt();
}

function valueChanged() {
  if (run !== value().run) {
    run = value().run;
    [miss, doubt, watched, told] = [null, null, '', { miss: '', doubt: '' }];
    if (run) {
      loadDoubt();
      if (value().watched >= 0) chooseClass(String(value().watched));
    }
  }
  paint();
}

let language = dictionary().language;
watch('words', () => {
  if (language !== dictionary().language) { // what the server said is asked for again
    language = dictionary().language;
    told = { miss: '', doubt: '' };
    if (value().run) loadDoubt();
    if (miss && miss.problem) chooseClass(watched);
  }
  paint();
});
watch('value', valueChanged);
valueChanged();
