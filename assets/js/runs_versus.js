// Runs over one another: their curves on one chart each for loss and accuracy, rates with intervals, verdicts, and what
// differs in their settings. Knows the route that puts runs side by side.
// Okabe and Ito's colours, which people who are colour-blind tell apart; lines differ in dashes and marks as well.
const LOOKS = [
  { light: '#0072b2', dark: '#56b4e9', dash: 'solid', symbol: 'circle' },
  { light: '#c04d00', dark: '#ff9a4d', dash: 'dash', symbol: 'square' },
  { light: '#00795a', dark: '#2fcf9f', dash: 'dot', symbol: 'diamond' },
  { light: '#a8507f', dark: '#e79cc4', dash: 'dashdot', symbol: 'triangle-up' },
  { light: '#7a6200', dark: '#f0e442', dash: 'longdash', symbol: 'x' },
];
let side = 'val';

const colourOf = (look) => (document.body.classList.contains('dark') ? look.dark : look.light);

function sample(at) {
  const look = LOOKS[at];
  const dashes = { solid: '', dash: '6 4', dot: '2 4', dashdot: '7 3 2 3', longdash: '11 4' }[look.dash];
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  const line = document.createElementNS(space, 'path');
  Object.entries({ width: 34, height: 10, 'aria-hidden': 'true', class: 'versus-line' }).forEach(([key, text]) => svg.setAttribute(key, text));
  Object.entries({ d: 'M0 5h34', stroke: colourOf(look), 'stroke-width': 3, 'stroke-dasharray': dashes }).forEach(([key, text]) => line.setAttribute(key, text));
  svg.append(line);
  return svg;
}

function traced(found, measure) {
  return found.runs.map((run, at) => {
    const points = run.curves[side + '_' + measure];
    const look = LOOKS[at];
    return {
      x: points.map((point) => point[0]), y: points.map((point) => point[1]), name: run.name, type: 'scatter', mode: 'lines+markers', cliponaxis: false,
      line: { color: colourOf(look), width: 2.5, dash: look.dash }, marker: { size: 8, symbol: look.symbol, color: colourOf(look) },
      hovertemplate: '%{y:.3f}<extra>' + say('live.axis_epoch') + ' %{x}</extra>',
    };
  });
}

function chartLayout(measure) {
  const grid = colour('--thaw-grid');
  const axis = { gridcolor: grid, zerolinecolor: grid, linecolor: grid, automargin: true };
  return {
    height: 260, margin: { l: 44, r: 12, t: 8, b: 40 }, showlegend: false, hovermode: 'closest', paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
    font: { color: colour('--body-text-color'), family: getComputedStyle(root).fontFamily, size: 12 },
    xaxis: { ...axis, title: { text: say('live.axis_epoch'), standoff: 6 }, tickformat: 'd', rangemode: 'tozero' },
    yaxis: { ...axis, rangemode: 'tozero', ...(measure === 'accuracy' ? { tickformat: '.0%', range: [0, 1.03] } : {}) },
  };
}

async function drawCurves(found, figures) {
  const library = await plotly();
  for (const [measure, box] of Object.entries(figures)) {
    if (box.isConnected) await library.react(box, traced(found, measure), chartLayout(measure), { displayModeBar: false, responsive: true });
  }
}

function curves(found) {
  const points = (run) => run.curves.train_loss.length;
  if (found.runs.every((run) => points(run) < 2)) return [el('p', { class: 'muted' }, say('versus.no_curves'))];
  const figures = { accuracy: el('div', { class: 'live-plot', 'aria-hidden': 'true' }), loss: el('div', { class: 'live-plot', 'aria-hidden': 'true' }) };
  const figure = (measure) => el('figure', { class: 'live-chart' }, el('figcaption', {}, el('strong', {}, say('live.' + measure)), el('small', {}, say('live.' + measure + '_help'))), figures[measure]);
  const sides = [['val', say('versus.side_val')], ['train', say('versus.side_train')]].map(([name, words]) => el('button', {
    type: 'button', class: 'thaw-chip', 'aria-pressed': String(side === name), onclick: (event) => {
      side = name;
      for (const chip of event.currentTarget.parentElement.querySelectorAll('.thaw-chip')) chip.setAttribute('aria-pressed', String(chip === event.currentTarget));
      drawCurves(found, figures);
    } }, words));
  const single = found.runs.filter((run) => points(run) < 2).map((run) => run.name);
  drawCurves(found, figures).catch(() => figures.loss.replaceChildren(say('live.no_plotly')));
  return [
    el('div', { class: 'versus-sides', role: 'group', 'aria-label': say('versus.side') }, el('span', { class: 'muted' }, say('versus.side')), sides),
    el('div', { class: 'live-charts' }, figure('accuracy'), figure('loss')),
    single.length ? el('p', { class: 'muted small' }, say('versus.only_points', { names: single.join(', ') })) : null];
}

function scrolled(label, head, body) {
  const row = (cells, tag, scope) => el('tr', {}, cells.map((content, at) => (at && tag === 'td' ? el('td', {}, content) : el('th', { scope: at ? 'col' : scope }, content))));
  return el('div', { class: 'thaw-scroll', tabindex: 0, role: 'group', 'aria-label': label },
    el('table', { class: 'thaw-table as-read' }, el('thead', {}, row(head, 'th', 'col')), el('tbody', {}, body.map((cells) => row(cells, 'td', 'row')))));
}

// The rate as a mark and its interval as a band, all on one scale from 0 to 100 %.
function band(run) {
  if (run.accuracy === null) return null;
  const [low, high] = [100 * run.low, 100 * run.high];
  return el('span', { class: 'scale versus-scale', 'aria-hidden': 'true' },
    el('i', { class: 'likely', style: { left: low + '%', width: Math.max(0.6, high - low) + '%' } }), el('i', { class: 'found-rate', style: { left: 100 * run.accuracy + '%' } }));
}

function rates(found) {
  const heads = ['versus.run', 'versus.right', 'versus.likely', 'versus.on'].map((key) => say(key));
  return scrolled(say('versus.accuracy'), heads, found.runs.map((run, at) => [
    [sample(at), ' ', run.name], run.accuracy === null ? '–' : el('b', {}, percent(run.accuracy) + ' %'),
    run.accuracy === null ? '–' : [say('runs.likely', { low: percent(run.low), high: percent(run.high) }), band(run)], run.on]));
}

function differing(found) {
  if (!found.differences.length) return el('p', { class: 'muted' }, say('versus.no_difference'));
  const heads = [say('versus.setting'), ...found.runs.map((run, at) => [sample(at), ' ', run.name])];
  return scrolled(say('versus.differ'), heads, found.differences.map((line) => [line.setting, ...line.values]));
}

async function showVersus() {
  [versus.hidden, list.hidden] = [false, true];
  title.textContent = say('versus.title');
  const back = el('button', { type: 'button', class: 'thaw-button', onclick: leaveVersus }, icon('back', 16), say('versus.back'));
  versus.replaceChildren(back, el('p', { class: 'muted', role: 'status' }, say('versus.loading')));
  back.focus();
  const [first, ...others] = rows.map((item) => item.run).filter((run) => picked.includes(run));
  try {
    const found = await ask(`thaw/runs/${first}/against?${others.map((run) => 'with=' + run).join('&')}`);
    if (versus.hidden) return;
    versus.replaceChildren(back,
      el('h3', {}, say('versus.accuracy')), rates(found), el('h4', {}, say('versus.who')),
      el('div', { class: 'versus-verdicts', role: 'status' }, found.verdicts.map((text) => el('p', { class: 'versus-verdict' }, text))),
      found.notes.length ? el('p', { class: 'muted small' }, found.notes.join(' ')) : '',
      el('h3', {}, say('versus.differ')), differing(found));
    versus.querySelector('h4').before(el('div', { class: 'versus-curves' }, curves(found)));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    versus.replaceChildren(back, el('p', { role: 'alert' }, error.message));
  }
}

function leaveVersus() {
  showList();
  (compareButton.disabled ? search : compareButton).focus();
}
