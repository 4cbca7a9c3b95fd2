// A learning-rate range test: its curve as it grows, and the rate that it suggests. Knows the route of the test.
const value = () => props.value || {};
let reply = null;
let asked = '';
const ask = asker((said) => { reply = said; paint(); });
const chart = el('div', { class: 'rates-chart' });
const status = el('div', { role: 'status' });
root.append(el('div', { class: 'rates' }, status, chart));

function shownRate(rate) {
  return Number(rate.toPrecision(2)).toString();
}

function curve(points, suggestion) {
  const [width, height] = [Math.max(260, chart.clientWidth || 0), 200];
  const logs = points.map((point) => Math.log10(point.rate));
  const losses = points.map((point) => point.smoothed);
  const low = Math.min(...losses);
  const high = Math.min(Math.max(...losses), low + 4 * Math.max(0.1, losses[0] - low)); // one that bursts would flatten the rest
  const [first, last] = [logs[0], Math.max(logs[logs.length - 1], logs[0] + 0.1)];
  const x = (log) => EDGE.left + ((width - EDGE.left - EDGE.right) * (log - first)) / (last - first);
  const y = (loss) => EDGE.top + (height - EDGE.top - EDGE.bottom) * (1 - (Math.min(loss, high) - low) / Math.max(high - low, 1e-9));
  const ticks = [];
  for (let power = Math.ceil(first); power <= Math.floor(last); power += 1) ticks.push(label(x(power), height - EDGE.bottom + 16, `1e${power}`, 'middle', 'scatter-axis'));
  const mark = suggestion ? [drawing('line', { x1: x(Math.log10(suggestion)), x2: x(Math.log10(suggestion)), y1: EDGE.top, y2: height - EDGE.bottom, class: 'rates-mark' })] : [];
  return drawing('svg', { class: 'scatter', width, height, 'aria-hidden': 'true' }, ...ticks, ...mark,
    drawing('polyline', { points: points.map((point, at) => `${x(logs[at]).toFixed(1)},${y(point.smoothed).toFixed(1)}`).join(' '), class: 'rates-line' }),
    label(width - EDGE.right, height - 6, say('rates.x'), 'end', 'scatter-name'), label(4, 11, say('rates.y'), 'start', 'scatter-name'));
}

function paint() {
  const points = (reply && reply.points) || [];
  chart.replaceChildren(points.length > 1 ? curve(points, reply.suggestion) : '');
  if (!reply) { status.replaceChildren(); return; }
  if (reply.state === 'failed') status.replaceChildren(el('p', {}, icon('warning', 16), ' ', reply.message));
  else if (reply.state === 'working') status.replaceChildren(waitingLine(reply.total ? say('rates.looking', { done: reply.done, total: reply.total }) : say('rates.looking_start')));
  else status.replaceChildren(el('p', {}, reply.reason), reply.suggestion ? el('button', {
    type: 'button', class: 'thaw-button', onclick: () => trigger('use', { rate: shownRate(reply.suggestion) }),
  }, say('rates.use', { rate: shownRate(reply.suggestion) })) : '');
}

function render() {
  const { dataset = '', settings = null } = value();
  const question = dataset && settings ? `thaw/datasets/${dataset}/rates?settings=${encodeURIComponent(JSON.stringify(settings))}` : '';
  if (question !== asked) {
    asked = question;
    reply = question ? { state: 'working', total: 0, points: [] } : null;
    ask(question);
  }
  paint();
}

watch(['value', 'words'], render);
render();
