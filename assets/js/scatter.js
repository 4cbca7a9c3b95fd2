// Points on two axes, to choose one with a click: accuracy upwards, cost to the right (each step ten times more).
// The drawing is hidden from screen readers: whoever uses it puts a table beside it. Knows no network.
const EDGE = { left: 46, right: 18, top: 26, bottom: 40 };
const NEAR_PIXELS = 26; // a finger is no needle

function drawing(tag, attributes, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  Object.entries(attributes).forEach(([name, value]) => { if (value !== null && value !== undefined) node.setAttribute(name, value); });
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function decades(low, high) {
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const step of [1, 2, 5]) ticks.push(step * 10 ** power);
  }
  return ticks;
}

// The two ends of the axis and the numbers below it: two at least, for one point alone would have none beside it to be
// read against.
function along(low, high, steps) {
  const inside = (steps || decades(low, high)).filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
  if (inside.length < 2) return along(low / 1.2, high * 1.2, steps);
  return { low, high, ticks: inside.length > 7 ? inside.filter((tick) => Math.abs(Math.log10(tick) % 1) < 1e-9) : inside };
}

// Whole percents that a person would choose, about four of them.
function evenly(low, high) {
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25].find((size) => (high - low) / size <= 5) || 0.5;
  const ticks = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high + 1e-9; tick += step) ticks.push(tick);
  return ticks;
}

function scales(points, width, height, steps) {
  const xs = points.map((point) => point.x);
  const lows = points.map((point) => point.low ?? point.y);
  const highs = points.map((point) => point.high ?? point.y);
  const { low: x0, high: x1, ticks } = along(Math.min(...xs) / 1.5, Math.max(...xs) * 1.5, steps);
  const room = Math.max(0.04, (Math.max(...highs) - Math.min(...lows)) * 0.12);
  const [y0, y1] = [Math.max(0, Math.min(...lows) - room), Math.min(1, Math.max(...highs) + room)];
  const wide = width - EDGE.left - EDGE.right;
  const tall = height - EDGE.top - EDGE.bottom;
  return {
    x: (value) => EDGE.left + (wide * Math.log(value / x0)) / Math.log(x1 / x0),
    y: (value) => EDGE.top + tall * (1 - (value - y0) / (y1 - y0)),
    xTicks: ticks,
    yTicks: evenly(y0, y1),
  };
}

function axes(scale, look, width, height) {
  const base = height - EDGE.bottom;
  const across = scale.yTicks.map((tick) => drawing('g', { class: 'scatter-axis' },
    drawing('line', { x1: EDGE.left, x2: width - EDGE.right, y1: scale.y(tick), y2: scale.y(tick) }),
    label(EDGE.left - 6, scale.y(tick) + 4, String(Math.round(100 * tick)), 'end')));
  const below = scale.xTicks.map((tick) => label(scale.x(tick), base + 16, look.xText(tick), 'middle', 'scatter-axis'));
  return [...across, ...below,
    label(width - EDGE.right, height - 6, look.xLabel, 'end', 'scatter-name'),
    label(4, 11, look.yLabel, 'start', 'scatter-name')];
}

function label(x, y, text, anchor, kind) {
  const node = drawing('text', { x, y, 'text-anchor': anchor, class: kind });
  node.textContent = text;
  return node;
}

function mark(point, scale, look) {
  const [x, y] = [scale.x(point.x), scale.y(point.y)];
  const chosen = point.name === look.chosen;
  const kind = ['scatter-point', point.here ? 'here' : '', chosen ? 'chosen' : '', point.recommended ? 'recommended' : ''].join(' ');
  const radius = chosen ? 9 : look.named || point.recommended ? 7 : 4;
  const range = point.low === undefined || point.low === null ? null
    : drawing('line', { x1: x, x2: x, y1: scale.y(point.low), y2: scale.y(point.high), class: 'scatter-range' });
  const about = drawing('title', {});
  about.textContent = point.about || point.title;
  return drawing('g', { class: kind, 'data-name': point.name }, range, drawing('circle', { cx: x, cy: y, r: radius }, about),
    look.named ? beside(point, x, y, look.width) : null);
}

function beside(point, x, y, width) {
  const isRight = x > width - 110;
  return label(isRight ? x - 14 : x + 14, y + 4, point.title, isRight ? 'end' : 'start', 'scatter-title');
}

// `look`: { xLabel, yLabel, xText, xSteps (numbers fit to stand below), chosen, named (titles beside the points), onpick, height }.
function scatter(box, points, look) {
  const width = Math.max(260, box.clientWidth || 0);
  const height = look.height || 240;
  const usable = points.filter((point) => point.x > 0 && Number.isFinite(point.y));
  if (!usable.length) { box.replaceChildren(); return; }
  const scale = scales(usable, width, height, look.xSteps);
  const last = (point) => (point.name === look.chosen ? 2 : point.recommended ? 1 : 0);
  const ordered = [...usable].sort((one, other) => last(one) - last(other));
  const svg = drawing('svg', { class: 'scatter', width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' },
    ...axes(scale, look, width, height), ...ordered.map((point) => mark(point, scale, { ...look, width })));
  svg.addEventListener('click', (event) => {
    const place = svg.getBoundingClientRect();
    const away = (point) => Math.hypot(scale.x(point.x) - event.clientX + place.left, scale.y(point.y) - event.clientY + place.top);
    const nearest = usable.reduce((best, point) => (away(point) < away(best) ? point : best));
    if (away(nearest) <= NEAR_PIXELS) look.onpick(nearest.name);
  });
  box.replaceChildren(svg);
}
