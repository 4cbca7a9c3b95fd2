// How a watched run ended, and what it is worth so far: the notes above its charts. Knows the folded view, and no route.
// Cancelled is stopped without anything; forced, stopped without an answer; paused, stopped to go on later.
const hasNothing = () => !view.model && !(view.ending && view.ending.result && view.ending.result.accuracy !== undefined);
function endedAs(name) {
  if (name !== 'stopped' || !view.ending) return name;
  return view.ending.forced ? 'forced' : hasNothing() ? 'cancelled' : paused ? 'paused' : name;
}

// A training may end before its last epoch, because validation pictures had said for long enough that it brings nothing.
function stoppedEarly() {
  const plan = view.plan;
  const last = view.epochs[view.epochs.length - 1];
  const isSingle = !view.candidates.length && !view.repeats.length;
  if (state !== 'finished' || !isSingle || !plan || !plan.patience || !last || last.epoch >= plan.epochs) return '';
  return say('live.stopped_early', { epoch: last.epoch, epochs: plan.epochs, patience: plan.patience });
}

function ending() {
  const end = view.ending || {};
  const go = (tab, key, kind) => el('button', { type: 'button', class: 'thaw-button ' + kind, onclick: () => trigger('go', { tab }) }, say(key));
  if (state === 'stopped' && hasNothing()) {
    return el('div', { class: 'thaw-note' }, icon('stop'), el('p', {}, say(end.forced ? 'live.forced_lead' : 'live.cancelled_lead')));
  }
  if (state === 'finished' || state === 'stopped') {
    const lead = end.forced ? 'live.forced_lead' : 'live.' + endedAs(state) + '_lead';
    return el('div', { class: 'thaw-note good' }, icon('check'), el('p', {}, [say(lead), stoppedEarly()].filter(Boolean).join(' ')),
      el('div', { class: 'thaw-buttons' }, go('results', 'live.see_results', 'primary'), go('try', 'live.try_it', '')));
  }
  if (state === 'failed') {
    const lead = end.by_user ? 'live.failed_lead' : 'live.fault_lead';
    return el('div', { class: 'thaw-note bad' }, icon('warning'), el('p', {}, el('strong', {}, say(lead)), ' ', [end.message, end.hint].filter(Boolean).join(' ')), log());
  }
  if (state === 'lost') return el('div', { class: 'thaw-note bad' }, icon('warning'), el('p', {}, loss ? loss.message + ' ' + loss.hint : say('live.lost_lead')), log());
  return '';
}

// The head is fitted, and the rest of the run goes on: what it is worth so far, on which pictures, and the way to try it.
function firstModel() {
  const model = view.model;
  if (!model || ENDED.includes(state)) return '';
  const shares = { percent: percent(model.accuracy), low: percent(model.accuracy_low), high: percent(model.accuracy_high) };
  const where = say('live.first_on_' + model.measured_on.replace('-', '_'), { n: grouped(model.images) });
  return el('div', { class: 'thaw-note good live-first' }, icon('check'),
    el('p', {}, el('strong', {}, say('live.first')), ' ', say('live.first_worth', { ...shares, where })),
    el('div', { class: 'thaw-buttons' }, el('button', { type: 'button', class: 'thaw-button primary', onclick: () => trigger('go', { tab: 'try' }) }, say('live.first_try'))));
}

// The tabs beside this one hear of the first model once, so that it can be tried there; its paint is kept while nothing is new.
function paintFirst() {
  const told = box.first.firstChild !== null;
  if (told && view.model && !ENDED.includes(state)) return;
  box.first.replaceChildren(...[firstModel()].filter(Boolean));
  if (!told && box.first.firstChild) trigger('ready', { run });
}

function log() {
  return value().log ? el('details', { open: state === 'lost' }, el('summary', {}, say('live.log')), el('pre', { tabindex: 0 }, value().log)) : '';
}
