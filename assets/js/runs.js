// The drawer of runs, reachable from every tab, and the small sign of a run under way. Knows the list that Python made.
const ENDED = ['finished', 'stopped', 'failed', 'lost'];
const value = () => props.value || {};
let watched = '';
let signText = '';

const dialog = el('dialog', { class: 'runs-drawer' });
const button = el('button', { type: 'button', class: 'thaw-button runs-button', 'aria-haspopup': 'dialog', onclick: open });
root.append(button, dialog);
dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });

function open() {
  dialog.showModal();
  trigger('open', {});
}

function choose(run) {
  dialog.close();
  trigger('choose', { run });
}

function row(item) {
  const icons = { running: 'flame', starting: 'clock', queued: 'clock', finished: 'check', stopped: 'stop', failed: 'warning', lost: 'warning' };
  const shown = item.run === value().shown;
  const right = item.accuracy === null ? null : el('b', {}, say('runs.right', { percent: percent(item.accuracy) }));
  return el('li', {}, el('button', { type: 'button', class: 'run-row', 'data-keep': item.run, 'aria-current': shown ? 'true' : null, onclick: () => choose(item.run) },
    el('span', { class: 'run-what' }, el('strong', {}, item.name), el('small', { class: 'muted' }, item.detail)),
    el('span', { class: 'run-how' }, el('span', { class: 'thaw-state ' + item.state }, icon(icons[item.state] || 'clock', 15), say('state.' + item.state)),
      right, shown ? el('small', { class: 'muted' }, say('runs.shown')) : null)));
}

function paintButton() {
  button.replaceChildren(icon('list', 18), say('runs.button'), signText ? el('span', { class: 'runs-sign' }, icon('flame', 14), signText) : '');
}

function render() {
  const rows = value().runs || [];
  const close = el('button', { type: 'button', class: 'thaw-button quiet', 'data-keep': 'close', onclick: () => dialog.close(), 'aria-label': say('runs.close') }, icon('close', 18));
  dialog.setAttribute('aria-label', say('runs.title'));
  redraw(dialog,
    el('div', { class: 'runs-top' }, el('h2', {}, say('runs.title')), close),
    el('p', { class: 'muted' }, say(rows.length ? 'runs.lead' : 'runs.empty')),
    el('ul', { class: 'runs-list' }, rows.map(row)));
  paintButton();
  if (value().shown !== watched) { watched = value().shown; signText = ''; paintButton(); follow(watched); }
}

// A run that ends while another tab is looked at: Results and Try learn of it here.
async function follow(run) {
  let offset = 0;
  let seen = false;
  while (alive() && run && run === watched) {
    try {
      const answer = await fetch(`thaw/runs/${run}/view?from=${offset}`);
      if (answer.status === 404) return;
      const reply = await answer.json();
      offset = reply.next;
      const ended = ENDED.includes(reply.state);
      if (!reply.records.length && ended) { if (seen) trigger('ended', { run }); break; }
      seen = seen || !ended;
      const phase = reply.records.filter((item) => item.kind === 'phase' || item.kind === 'step_done').pop();
      if (phase && seen) signText = sign(phase);
      paintButton();
    } catch { /* the live panel says that the connection is gone */ }
    await new Promise((wake) => setTimeout(wake, seen ? 1500 : 60));
  }
  if (run === watched) { signText = ''; paintButton(); }
}

// Only training has a share that means the run; of the short phases before and after it there is just the flame.
function sign(item) {
  return item.kind === 'step_done' ? Math.floor((100 * item.step) / item.steps) + ' %' : '…';
}

watch(['value', 'words'], render);
render();
