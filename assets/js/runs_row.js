// One run of the drawer: its name and note to edit in place, going on with it, its command, deleting it after asking.
// Knows the routes of runs.
const MORE_EPOCHS = 10;
let opened = ''; // the run whose details are shown
let editing = ''; // the run whose name is typed
let asking = ''; // the run that may be deleted
let about = null; // of the opened one: what deleting frees, and its command
let ways = null; // of the opened one: how it can go on
let commandShown = false;

async function attempt(work, done) {
  tell('');
  try { await work(); if (done) tell(done()); } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tell(error.message);
  }
}

function focusOn(keep) {
  const found = table.querySelector('[data-keep="' + CSS.escape(keep) + '"]');
  if (found) found.focus();
}

async function toggle(item) {
  opened = opened === item.run ? '' : item.run;
  [about, ways, asking] = [null, null, ''];
  paintList();
  const run = opened;
  if (!run) return;
  await attempt(async () => {
    const ended = ENDED.includes(item.state);
    const [told, able] = await Promise.all([ask(`thaw/runs/${run}/about`), ended ? ask(`thaw/runs/${run}/ways-on`) : null]);
    if (opened === run) { [about, ways] = [told, able]; paintList(); }
  });
}

function edit(item) {
  editing = item.run;
  paintList();
  focusOn('name-' + item.run);
}

function leaveEdit(item) {
  editing = '';
  paintList();
  focusOn('edit-' + item.run);
}

async function save(item, name, note) {
  await attempt(async () => {
    await ask(`thaw/runs/${item.run}/label`, { name, note });
    editing = '';
    await read();
    paintList();
    focusOn('edit-' + item.run);
    trigger('changed', { run: item.run });
  }, () => say('runs.saved'));
}

function nameIn(item) {
  if (editing !== item.run) {
    return [el('span', { class: 'runs-called' }, el('strong', {}, item.name),
      el('button', { type: 'button', class: 'thaw-button quiet small', 'data-keep': 'edit-' + item.run, 'aria-label': say('runs.edit_of', { name: item.name }), title: say('runs.edit'), onclick: () => edit(item) }, icon('pencil', 15))),
    item.note ? el('small', { class: 'runs-note' }, item.note) : null];
  }
  const name = el('input', { type: 'text', class: 'thaw-input', 'data-keep': 'name-' + item.run, value: item.label, placeholder: item.name, maxlength: 120, 'aria-label': say('runs.name') });
  const note = el('textarea', { class: 'thaw-input', rows: 2, maxlength: 4000, 'aria-label': say('runs.note'), placeholder: say('runs.note') }, item.note);
  const form = el('form', { class: 'runs-edit', onsubmit: (event) => { event.preventDefault(); save(item, name.value, note.value); } }, name, note,
    el('div', { class: 'thaw-buttons' }, el('button', { type: 'submit', class: 'thaw-button small primary' }, say('runs.save')),
      el('button', { type: 'button', class: 'thaw-button small', onclick: () => leaveEdit(item) }, say('runs.leave'))));
  return form;
}

// Going on begins a new piece of the same run: whoever watches it is told.
async function goOn(item, words) {
  await attempt(async () => {
    await ask(`thaw/runs/${item.run}/resume${words}`, {});
    tellGoesOn(item.run);
    choose(item.run);
  });
}

async function stop(item) {
  await attempt(() => ask(`thaw/runs/${item.run}/stop`, {}));
  await refresh();
}

async function remove(item) {
  await attempt(async () => {
    const { bytes } = await ask(`thaw/runs/${item.run}/delete`, {});
    [opened, asking] = ['', ''];
    picked = picked.filter((run) => run !== item.run);
    rows = rows.filter((one) => one.run !== item.run);
    paintList();
    search.focus();
    trigger('changed', { run: item.run });
    tell(say('runs.deleted', { size: sized(bytes) }));
  });
}

function sized(bytes) {
  return bytes < 1e5 ? Math.ceil(bytes / 1e3) + ' kB' : bytes < 1e9 ? Number((bytes / 1e6).toPrecision(3)) + ' MB' : Number((bytes / 1e9).toPrecision(3)) + ' GB';
}

function question(item) {
  const words = say('runs.sure', { name: item.name });
  return el('div', { class: 'shelf-ask', role: 'alertdialog', 'aria-label': words }, el('p', {}, words),
    el('p', { class: 'muted small' }, say('runs.frees', { size: about ? sized(about.bytes) : '…' })),
    el('div', { class: 'thaw-buttons' },
      el('button', { type: 'button', class: 'thaw-button small danger', 'data-keep': 'sure-' + item.run, onclick: () => remove(item) }, say('runs.delete')),
      el('button', { type: 'button', class: 'thaw-button small', 'data-keep': 'keep-' + item.run, onclick: () => { asking = ''; paintList(); focusOn('delete-' + item.run); } }, say('runs.keep'))));
}

function command() {
  if (!about) return null;
  const copied = (text) => {
    const line = el('pre', { tabindex: 0 }, el('code', {}, text));
    const copy = async () => { try { await navigator.clipboard.writeText(text); tell(say('runs.command_copied')); } catch { getSelection().selectAllChildren(line); } };
    return [line, el('button', { type: 'button', class: 'thaw-button small', onclick: copy }, say('runs.command_copy'))];
  };
  return el('details', { class: 'runs-command', open: commandShown, ontoggle: (event) => { commandShown = event.target.open; } }, el('summary', { 'data-keep': 'command' }, say('runs.command')),
    about.has_pictures ? null : el('p', { class: 'muted small' }, say('runs.command_pictures')), copied(about.command),
    about.script ? [el('p', { class: 'muted small' }, say('runs.command_script')), copied(about.script)].flat() : null);
}

function moreRow(item) {
  const press = (key, words, work, look = '') => el('button', { type: 'button', class: 'thaw-button small ' + look, 'data-keep': key + '-' + item.run, onclick: work }, words);
  const buttons = [
    UNDER_WAY.includes(item.state) ? press('stop', say(item.state === 'queued' ? 'live.cancel' : 'live.stop'), () => stop(item)) : null,
    ways && ways.resume ? press('resume', say('runs.resume'), () => goOn(item, '')) : null,
    ways && ways.more ? press('extend', say('runs.extend', { n: MORE_EPOCHS }), () => goOn(item, '?more=' + MORE_EPOCHS)) : null,
    press('copy', say('runs.copy'), () => copySettings(item.run)),
    ENDED.includes(item.state) || item.state === 'queued' ? press('delete', say('runs.delete'), () => { asking = item.run; paintList(); focusOn('keep-' + item.run); }) : null,
  ];
  const why = ways && ways.why ? el('p', { class: 'muted small' }, ways.why) : null;
  return el('tr', { role: 'row', class: 'runs-more' }, el('td', { role: 'cell', colspan: COLUMNS.length + 2 },
    el('div', { class: 'thaw-buttons' }, buttons), why, asking === item.run ? question(item) : null, command()));
}
