// What a run's state looks like wherever it is shown, and how the parts of the page tell each other that a run goes on.
const ENDED = ['finished', 'stopped', 'failed', 'lost'];
const UNDER_WAY = ['queued', 'starting', 'running'];
const STATE_ICONS = { running: 'flame', starting: 'clock', queued: 'clock', finished: 'check', stopped: 'stop', failed: 'warning', lost: 'warning' };
const GOES_ON = 'thaw-run-goes-on';

// `sign` says more than the state where there is more to say: how it was stopped.
function stateWords(state, sign) {
  return say(sign && sign !== state ? 'live.as_' + sign : 'state.' + state);
}

function stateChip(state, sign, size = 16) {
  return el('span', { class: 'thaw-state ' + state }, icon(STATE_ICONS[state] || 'clock', size), stateWords(state, sign));
}

function tellGoesOn(run) {
  document.dispatchEvent(new CustomEvent(GOES_ON, { detail: run }));
}

function onGoesOn(work) {
  document.addEventListener(GOES_ON, (event) => { if (alive()) work(event.detail); });
}
