// One picture behind a number, larger, and what can be done to it and to those that were chosen with it: another kind,
// left out, undone; then training again. Corrections are the set's own (see data/edits.py).
let kind = ''; // the kind to give, as it is chosen

// Those that were chosen, else the one that is looked at; what is gone cannot be corrected.
function meant() {
  const pictures = chosen.size ? page.pictures.filter((picture) => chosen.has(picture.path)) : page.pictures.slice(anchor, anchor + 1);
  return pictures.filter((picture) => !picture.gone);
}

async function correct(asked) {
  const done = await attempt(() => ask('thaw/datasets/' + page.dataset + '/correct', asked));
  if (!done) return;
  chosen = new Set();
  kind = '';
  trigger('changed', { dataset: page.dataset });
  await load();
  const last = [...past.history].reverse().find((entry) => !entry.is_undone);
  tell(asked.action === 'undo' ? say('seen.undone') : last ? last.sentence : '', 'good');
  holdFocus();
}

// The button that was pressed may be gone: the keyboard goes on from the picture.
function holdFocus() {
  if (!dialog.contains(document.activeElement)) focusTile();
}

const relabel = (label) => correct({ action: 'relabel', paths: meant().filter((picture) => !picture.left_out).map((picture) => picture.path), label });
const leaveOut = () => {
  const paths = meant().filter((picture) => !picture.left_out).map((picture) => picture.path);
  if (paths.length) correct({ action: 'leave_out', paths });
};
const bringBack = () => correct({ action: 'bring_back', paths: meant().filter((picture) => picture.left_out).map((picture) => picture.path) });

// A label that looked wrong and is right: it is not asked about again.
async function keepLabels(are) {
  const contents = meant().map((picture) => picture.sha256);
  const done = await attempt(() => ask('thaw/runs/' + value().run + '/labels', { sha256: contents, right: are }));
  if (!done) return;
  chosen = new Set();
  trigger('changed', { dataset: page.dataset });
  await load();
  tell(say(are ? 'seen.label_kept' : 'seen.undone'), 'good');
  holdFocus();
}

function button(words, work, look = '') {
  return el('button', { type: 'button', class: 'thaw-button small ' + look, 'data-keep': words, onclick: work }, words);
}

function deeds(pictures) {
  if (!pictures.length) return null;
  const count = pictures.length > 1 ? ' (' + grouped(pictures.length) + ')' : '';
  const answers = [...new Set(pictures.map((picture) => picture.answer))];
  const isSettled = pictures.every((picture) => (picture.now || picture.truth) === answers[0]);
  const names = value().classes || [];
  const choice = el('select', { class: 'thaw-input', 'data-keep': 'kind', 'aria-label': say('seen.other'), onchange: () => { kind = choice.value; } },
    el('option', { value: '' }, say('seen.other')), names.map((name) => el('option', { value: name, selected: name === kind }, name)));
  const out = pictures.every((picture) => picture.left_out);
  const isKept = pictures.every((picture) => picture.kept);
  return el('div', { class: 'seen-deeds' },
    show !== 'suspects' || out ? null : button(say(isKept ? 'seen.label_doubt' : 'seen.label_right') + count, () => keepLabels(!isKept)),
    answers.length === 1 && !isSettled && !out ? button(say('seen.it_is', { name: answers[0] }) + count, () => relabel(answers[0]), 'primary') : null,
    out ? null : el('span', { class: 'album-row' }, choice, button(say('album.move') + count, () => { if (kind) relabel(kind); })),
    out ? button(say('album.bring_back') + count, bringBack) : button(say('album.leave_out') + count, leaveOut));
}

function paintOne() {
  const picture = page.pictures[anchor];
  if (!picture) { one.replaceChildren(); return; }
  const told = fate(picture);
  explain(picture);
  redraw(one,
    portrait(picture),
    el('p', { class: 'seen-verdict' }, verdict(picture)),
    told ? el('p', { class: 'fate' }, told) : null,
    el('p', { class: 'muted small' }, picture.path),
    deeds(meant()), reasons(picture));
}

function paintFoot() {
  const { corrected, added } = page.changes;
  const parts = [corrected ? counted('next.corrections', corrected) : '', added ? counted('next.new_pictures', added) : ''].filter(Boolean);
  const what = parts.length > 1 ? say('next.and', { one: parts[0], other: parts[1] }) : parts[0];
  foot.hidden = !past.can_undo && !what;
  redraw(foot,
    past.can_undo ? el('button', { type: 'button', class: 'thaw-button small', 'data-keep': 'undo', onclick: () => correct({ action: 'undo' }) }, icon('undo', 16), say('album.undo')) : null,
    what ? el('button', { type: 'button', class: 'thaw-button primary', 'data-keep': 'again', onclick: again }, say('next.again', { what })) : null);
}

function counted(key, n) {
  return say(key + (n === 1 ? '.one' : '.other'), { n: grouped(n) });
}

function again() {
  const { run } = value();
  dialog.close();
  trigger('again', { run });
}

watch(['value', 'words'], paint);
paint();
