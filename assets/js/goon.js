// Going on with a run that has ended: where it was, with more epochs, from one of the epochs that are kept.
// Knows the routes of that, and the run that is watched.
const MORE_EPOCHS = 10;
let ways = null; // how the run can go on; null before it is asked
let more = MORE_EPOCHS;

function forgetWays() {
  ways = null;
  Object.assign(view, { kept: [], from: null });
}

async function askWays() {
  const mine = round;
  ways = { resume: false, more: false, epochs: [], why: '' };
  try {
    const answer = await fetch(inLanguage(`thaw/runs/${run}/ways-on`));
    const reply = await answer.json();
    if (!answer.ok || mine !== round || !ENDED.includes(state)) return;
    ways = reply;
  } catch { return; } // the next look at this run asks again
  view.kept = ways.epochs;
  paintWays();
  paintCharts();
}

function chooseFrom(epoch) {
  if (!view.kept.includes(epoch)) return;
  view.from = epoch === lastEpoch() ? null : epoch;
  paintWays();
  paintCharts();
}

function lastEpoch() {
  return Math.max(0, ...view.epochs.map((item) => item.epoch));
}

async function goOn(words) {
  const from = view.from === null ? [] : ['from_epoch=' + view.from];
  try {
    const answer = await fetch(inLanguage(`thaw/runs/${run}/resume?${[...words, ...from].join('&')}`), { method: 'POST' });
    if (!answer.ok) throw new Error(reasonOf(await answer.json()));
    tellGoesOn(run);
  } catch (error) { box.status.textContent = error.message; }
}

// Every kept epoch: the last one, where it goes on unless another is chosen, the best one, and the others.
function fromChoice() {
  const last = lastEpoch();
  const best = view.epochs.filter((item) => item.is_best).map((item) => item.epoch).pop();
  const named = (epoch) => say(epoch === best ? 'goon.from_best' : 'goon.from_epoch', { epoch });
  const others = view.kept.filter((epoch) => epoch !== last).sort((a, b) => (b === best) - (a === best) || b - a);
  const select = el('select', { class: 'thaw-input', 'data-keep': 'from', onchange: () => { view.from = select.value ? Number(select.value) : null; paintWays(); paintCharts(); } },
    el('option', { value: '' }, say('goon.from_last', { epoch: last })), others.map((epoch) => el('option', { value: epoch }, named(epoch))));
  select.value = view.from === null ? '' : String(view.from);
  return el('label', {}, say('goon.from'), select);
}

function moreChoice() {
  const go = el('button', { type: 'button', class: 'thaw-button', 'data-keep': 'go', onclick: () => goOn(['more=' + more]) }, say('goon.go', { n: more }));
  const number = el('input', { type: 'number', class: 'thaw-input', 'data-keep': 'more', min: 1, max: 1000, step: 1, value: more, oninput: () => {
    more = Math.min(1000, Math.max(1, Math.round(Number(number.value)) || MORE_EPOCHS));
    go.textContent = say('goon.go', { n: more });
  } });
  return [el('label', {}, say('goon.more'), number), view.kept.length ? fromChoice() : null, go];
}

// What is the same is left alone: a button that is being pressed must stay where it is.
function paintWays() {
  box.goon.hidden = !ways || !(ways.resume || ways.more || ways.why);
  const key = JSON.stringify([ways, view.from, lastEpoch(), dictionary().language]);
  if (box.goon.hidden || box.goonKey === key) return;
  box.goonKey = key;
  const resume = el('button', { type: 'button', class: 'thaw-button primary', 'data-keep': 'resume', onclick: () => goOn([]) }, say('goon.resume'));
  redraw(box.goon, el('h3', {}, say('goon.title')),
    ways.resume ? el('div', { class: 'goon-row' }, resume, el('span', { class: 'muted' }, view.from === null ? say(ways.anew ? 'goon.anew' : 'goon.resume_help') : '')) : null,
    ways.more ? el('div', { class: 'goon-row' }, moreChoice()) : null,
    ways.more && view.kept.length ? el('p', { class: 'muted small' }, view.from === null ? say('goon.pick') : say('goon.later_goes', { epoch: view.from })) : null,
    ways.why ? el('p', { class: 'muted' }, ways.why) : null);
}
