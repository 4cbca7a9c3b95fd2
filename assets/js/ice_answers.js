// What the ice line answers: how much of these pictures can be read where it stands, and what an epoch then costs.
// Everything for every place of the line is fetched once, so that moving it answers at once. Draws no slab.
const looks = { readable: null, estimate: null, asked: '', set: '' };
const askReadable = asker((reply) => { looks.readable = reply; answered(); });
const askEstimate = asker((reply) => { looks.estimate = reply; answered(); });

function answered() {
  if (parts) { paintAnswers(); place(); }
}

function askAbout({ dataset, settings }) {
  const about = dataset ? `thaw/datasets/${dataset}/` : '';
  const question = about && '?settings=' + encodeURIComponent(JSON.stringify(settings));
  if (about + question === looks.asked) return;
  Object.assign(looks, { readable: null, estimate: null, asked: about + question, set: '' });
  askReadable(about && `${about}readable${question}`);
  askEstimate(about && `${about}estimate${question}`);
}

// A set of stages that is no line has an estimate of its own; it is asked for once the switches rest.
function askAboutSet() {
  const set = trainedNames();
  if (!value().dataset || set === looks.set) return;
  looks.set = set;
  const settings = set ? { ...value().settings, train_stages: [...set.split(','), 'head'] } : value().settings;
  askEstimate(`thaw/datasets/${value().dataset}/estimate?settings=${encodeURIComponent(JSON.stringify(settings))}`);
}

// What is known of the place after a group; null above the first one, and while nobody has looked yet.
function readableAt(at) {
  const found = looks.readable && looks.readable.stages;
  return (found && at > 0 && found[groups()[at - 1].freeze]) || null;
}

function readableWords(at) {
  const found = readableAt(at);
  return found ? say('ice.readable', { percent: percent(found.accuracy) }) : '';
}

function readableFact() {
  const reply = looks.readable;
  if (!reply) return value().dataset ? waitingLine(say('ice.looking_start')) : el('p', { class: 'muted' }, say('ice.readable_later'));
  if (reply.state === 'failed') return el('p', { class: 'muted' }, icon('warning', 16), ' ', reply.message);
  const found = readableAt(line);
  const wait = reply.state !== 'working' ? null
    : waitingLine(!reply.total ? say('ice.looking_start')
      : say(reply.phase === 'head' ? 'ice.asking' : 'ice.looking', { done: grouped(reply.done), total: grouped(reply.total) }));
  if (!found) return wait || el('p', { class: 'muted' }, say('ice.readable_none'));
  return el('div', { class: 'ice-readable' }, el('small', {}, say('ice.readable_name')),
    el('b', {}, say('ice.about', { percent: percent(found.accuracy) })),
    el('small', {}, say('ice.likely', { low: percent(found.low), high: percent(found.high) }), ' ',
      say('ice.baseline', { name: reply.baseline_class, percent: percent(reply.baseline) }), ' ',
      reply.images_in_all > reply.images ? say('ice.sample', { n: grouped(reply.images), total: grouped(reply.images_in_all) }) : ''),
    el('small', { class: 'ice-hint' }, say('ice.readable_hint')), wait);
}

function estimated() {
  const reply = looks.estimate;
  if (!reply || !reply.lines) return null;
  return learning ? looks.set === trainedNames() && reply.chosen : reply.lines[freezeOf(line)];
}

function costFact() {
  const reply = looks.estimate;
  if (!value().dataset || !reply) return null;
  if (reply.state === 'failed') return el('p', { class: 'muted' }, icon('warning', 16), ' ', reply.message);
  const found = estimated();
  if (!found) return reply.state === 'working' ? waitingLine(say('ice.estimating')) : null;
  const first = say('ice.once', { duration: brief(found.first_model_seconds) });
  const epoch = found.epoch_seconds > 0
    ? [el('small', {}, say('ice.epoch')), el('b', {}, say('ice.roughly', { duration: brief(found.epoch_seconds) }))] : [el('span', {}, say('ice.instant'))];
  return el('div', { class: 'ice-fact cost' }, icon('clock'), el('div', {}, epoch, el('small', {}, first), el('small', {}, say('ice.memory', { n: bytesInWords(found.memory_bytes) }))));
}

function paintAnswers() {
  const grip = readableWords(line) || say('ice.hint');
  if (parts.grip.textContent !== grip) parts.grip.textContent = grip;
  parts.handle.setAttribute('aria-valuetext', [spoken(), readableWords(line)].filter(Boolean).join('. '));
  parts.readable.replaceChildren(readableFact());
  parts.cost.replaceChildren(costFact() || '');
}

// A profile of all stages along the drawing: further to the right is more readable; the band is what is likely.
function profile(centres) {
  const box = parts.profile;
  const known = groups().map((_, at) => ({ at: at + 1, found: readableAt(at + 1) })).filter((item) => item.found);
  const reply = looks.readable;
  box.hidden = !known.length;
  if (!known.length) return;
  const width = box.clientWidth || 100;
  const height = parts.handle.parentElement.clientHeight;
  const least = Math.max(0, Math.min(reply.baseline, ...known.map((item) => item.found.low)) - 0.03);
  const room = width > 80 ? 44 : 8; // for the numbers
  const x = (share) => 6 + ((width - room - 6) * (share - least)) / (1 - least);
  const y = (item) => centres[item.at];
  const way = (items) => items.map(([across, down]) => `${across.toFixed(1)},${down.toFixed(1)}`).join(' ');
  const band = [...known.map((item) => [x(item.found.low), y(item)]), ...[...known].reverse().map((item) => [x(item.found.high), y(item)])];
  const dots = known.map((item) => drawing('circle', {
    cx: x(item.found.accuracy), cy: y(item), r: item.at === line ? 6 : 3.5, class: item.at === line ? 'now' : '',
  }));
  const told = room > 8 && known.length <= 12 ? known : [];
  const numbers = told.map((item) => label(width, y(item) + 4, percent(item.found.accuracy) + ' %', 'end', item.at === line ? 'now' : ''));
  box.replaceChildren(drawing('svg', { width, height, 'aria-hidden': 'true' },
    drawing('line', { x1: x(reply.baseline), x2: x(reply.baseline), y1: 0, y2: height, class: 'profile-base' }),
    drawing('polygon', { points: way(band), class: 'profile-band' }),
    drawing('polyline', { points: way(known.map((item) => [x(item.found.accuracy), y(item)])), class: 'profile-line' }), ...dots, ...numbers));
}
