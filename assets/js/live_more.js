// Under the charts of a run: its tables, and what is known of its settings. Knows the folded view, and no route.
function table(heads, rows) {
  return el('div', { class: 'thaw-scroll', tabindex: 0, role: 'group', 'aria-label': heads[0] }, el('table', { class: 'thaw-table' },
    el('thead', {}, el('tr', {}, heads.map((text) => el('th', { scope: 'col' }, text)))),
    el('tbody', {}, rows.map((cells) => el('tr', {}, cells.map((text, at) => el(at ? 'td' : 'th', at ? {} : { scope: 'row' }, text)))))));
}

function folded(key, open, content) {
  const before = box.more.querySelector(`[data-key="${key}"]`);
  return el('details', { 'data-key': key, open: before ? before.open : open }, el('summary', {}, say(key)), content);
}

function epochTable() {
  const shown = (number, digits) => (number === null || number === undefined ? '–' : number.toFixed(digits));
  const share = (number) => (number === null || number === undefined ? '–' : percent(number) + ' %');
  const rows = view.epochs.map((item) => [
    item.epoch === 0 ? say('live.head_start') : item.epoch + (item.is_best ? ' (' + say('live.best') + ')' : ''),
    shown(item.train_loss, 3), shown(item.val_loss, 3), share(item.train_accuracy), share(item.val_accuracy), shown(item.images_per_second, 0)]);
  return table(['epoch', 'train_loss', 'val_loss', 'train_accuracy', 'val_accuracy', 'rate'].map((name) => say('live.col_' + name)), rows);
}

function settingName(field) {
  return has('control.' + field) ? say('control.' + field) : field.replaceAll('_', ' ');
}

function valueWords(item) {
  if (item === null || item === undefined) return '–';
  if (Array.isArray(item)) return item.join(', ');
  return typeof item === 'object' ? Object.entries(item).map(([name, part]) => name + ' ' + part).join(', ') : String(item);
}

function reasonTable() {
  const reasons = Object.entries(view.plan.reasons || {});
  return table([say('live.setting'), say('live.value'), say('live.reason')], reasons.map(([field, why]) => [settingName(field), valueWords(view.plan[field]), why]));
}

function stageTitle(name) {
  const stage = ((view.plan && view.plan.stages) || []).find((item) => item.name === name);
  if (!stage) return name;
  const [, words, count] = stage.title.match(/^(.*?)(?: (\d+))?$/);
  const key = 'stage.' + words.replaceAll(' ', '_');
  return (has(key) ? say(key) : words) + (count ? ' ' + count : '');
}

function thawedWords(item) {
  return say('live.thawed_table', { epoch: item.epoch, stages: item.stages.map(stageTitle).join(', ') });
}

function lineWords(freeze) {
  if (freeze === 'all' || freeze === 'none') return say('ice.freeze_' + freeze);
  return say('live.frozen_to', { stage: stageTitle(freeze) });
}

// The places of the ice that were compared; the winner is kept.
function compared() {
  const rows = view.candidates.map((item) => [
    lineWords(item.freeze) + (item.is_best ? ' (' + say('live.best') + ')' : ''), percent(item.val_accuracy) + ' %', compact(item.trainable_parameters), duration(item.seconds)]);
  return folded('live.compared', true, table(['live.col_line', 'live.col_val_accuracy', 'live.col_trained', 'live.col_time'].map((key) => say(key)), rows));
}

function repeated() {
  const right = view.repeats.map((item) => item.accuracy);
  const mean = right.reduce((sum, one) => sum + one, 0) / right.length;
  const spread = Math.sqrt(right.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, right.length - 1));
  const rows = view.repeats.map((item) => [String(item.seed), percent(item.accuracy) + ' %', duration(item.seconds)]);
  const words = right.length > 1 ? el('p', {}, say('live.spread', { mean: percent(mean), spread: (100 * spread).toFixed(1), n: right.length })) : null;
  return folded('live.repeats', true, el('div', {}, words, table(['live.col_seed', 'live.accuracy', 'live.col_time'].map((key) => say(key)), rows)));
}

// What a run in the queue says of its waiting.
function waiting(wait) {
  if (!wait) return [say('state.queued')];
  const words = [wait.before ? say('live.waits', { n: grouped(wait.before) }) : say('live.waits_next')];
  if (wait.seconds !== null && wait.before) words.push(say('live.waits_about', { duration: duration(wait.seconds) }));
  return words;
}

// What is wrong with a run at work: the disk is full, or it hangs.
function troubleIn(reply) {
  if (reply.needs) return say('live.full_disk', { n: grouped(Math.ceil(reply.needs / 1e6)) });
  return reply.silent === null ? '' : say('live.silent', { duration: duration(reply.silent) });
}
