// How far to go, as one group of radio buttons, each with a forecast for this computer. Knows the route of estimates.
const group = 'presets-' + Math.random().toString(36).slice(2);
const UNMEASURED = { instant: 'preset.seconds_word', better: 'preset.minutes_word', best: 'preset.long_word' };
const value = () => props.value || {};
let reply = null;
let asked = '';
const ask = asker((said) => { reply = said; render(); });

function costOf(name) {
  return reply && (name === 'own' ? reply.chosen : (reply.presets || {})[name]);
}

function forecast(name) {
  const found = costOf(name);
  if (found) return say('preset.time', { duration: brief(found.total_seconds) });
  return name in UNMEASURED ? say(UNMEASURED[name]) : '';
}

function what(name) {
  return say(name === 'own' && value().expert ? 'preset.own.expert' : `preset.${name}.what`);
}

function cardOf(name) {
  const input = el('input', { type: 'radio', name: group, value: name, class: 'thaw-hidden-input', 'data-keep': name, onchange: () => choose(name) });
  input.checked = name === value().pace;
  const time = forecast(name);
  return el('label', { class: 'net-card' }, input,
    el('span', { class: 'net-face' }, el('strong', {}, say('preset.' + name)),
      time ? el('span', { class: 'preset-time' }, icon('clock', 16), ' ', time) : null, el('span', { class: 'net-title' }, what(name))));
}

// What the chosen way will take here: time, memory, disk; and that the disk lacks room, where it does.
function taken() {
  const found = costOf(value().pace);
  if (!found) return null;
  const first = brief(found.first_model_seconds);
  const all = brief(found.total_seconds);
  const words = { first, all, memory: bytesInWords(found.memory_bytes), disk: bytesInWords(found.disk_bytes) };
  const missing = found.disk_missing_bytes > 0 && say('preset.disk_missing', { missing: bytesInWords(found.disk_missing_bytes) });
  return [el('p', { class: 'preset-cost' }, say(first === all ? 'preset.cost_at_once' : 'preset.cost', words)),
    missing ? el('p', { class: 'preset-missing', role: 'alert' }, icon('warning', 16), ' ', missing) : null];
}

function choose(name) {
  if (name === value().pace) return;
  props.value = { ...value(), pace: name };
  render();
  trigger('pick', { preset: name });
}

function render() {
  const { options = [], dataset = '', settings = {} } = value();
  const question = dataset && `thaw/datasets/${dataset}/estimate?settings=${encodeURIComponent(JSON.stringify(settings))}`;
  if (question !== asked) {
    asked = question;
    reply = null;
    ask(question);
  }
  redraw(root, el('div', { class: 'net-cards presets', role: 'radiogroup', 'aria-label': say('preset.label') }, options.map(cardOf)),
    taken(), reply && reply.state === 'working' ? waitingLine(say('preset.measuring')) : null);
}

watch(['value', 'words'], render);
render();
