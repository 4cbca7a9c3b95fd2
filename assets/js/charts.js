// Two Plotly charts, loss and accuracy. Points are added to what is drawn, so a zoom stays.
// The whole width that the plan asks for is there from the start; a model solved in one step has its one place.
function epochAxis(view) {
  const epochs = view.plan ? view.plan.epochs : 0;
  if (!epochs) return { range: [-1, 1], tickvals: [0], ticktext: [say('live.head_start')] };
  return { title: { text: say('live.axis_epoch'), standoff: 6 }, range: [-0.02 * epochs, 1.02 * epochs], tickformat: 'd', ...(epochs < 8 ? { dtick: 1 } : {}) };
}

function layoutOf(view, run, share, narrow) {
  const grid = colour('--thaw-grid');
  const axis = { gridcolor: grid, zerolinecolor: grid, linecolor: grid, tickcolor: grid, automargin: true };
  return {
    uirevision: run, height: 260, margin: { l: 44, r: 12, t: narrow ? 64 : 30, b: 36 }, showlegend: true, hovermode: 'closest',
    legend: { orientation: 'h', y: 1.02, yanchor: 'bottom', x: 0, font: { size: 12 } },
    paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
    font: { color: colour('--body-text-color'), family: getComputedStyle(root).fontFamily, size: 12 },
    xaxis: { ...axis, ...epochAxis(view) },
    shapes: thawMarks(view), annotations: thawNames(view, narrow),
    yaxis: { ...axis, rangemode: 'tozero', tickformat: share ? '.0%' : '', ...(share ? { range: [0, 1.03] } : {}) },
  };
}

// Gradual unfreezing as it happens: a line at the start of the epoch from which one more stage learns.
function thawMarks(view) {
  return view.thawed.map((item) => ({
    type: 'line', xref: 'x', yref: 'paper', x0: item.epoch - 1, x1: item.epoch - 1, y0: 0, y1: 1,
    line: { color: colour('--thaw-warm'), width: 1.5, dash: 'dot' },
  }));
}

function thawNames(view, narrow) {
  return view.thawed.map((item) => ({
    x: item.epoch - 1, xref: 'x', y: 0, yref: 'paper', yanchor: 'bottom', xanchor: 'left', textangle: -90, showarrow: false,
    text: say('live.thawed', { stage: narrow ? item.stages.join(', ') : item.stages.map(stageTitle).join(', ') }),
    font: { size: 11, color: colour('--thaw-warm') },
  }));
}

function points(view, field) {
  const kept = view.epochs.filter((item) => item[field] !== null && item[field] !== undefined);
  const x = kept.map((item) => item.epoch);
  const y = kept.map((item) => item[field]);
  // The first model's loss is measured without label smoothing: no line joins it to those of the epochs.
  const apart = field === 'train_loss' ? x.indexOf(0) + 1 : 0;
  if (apart) { x.splice(apart, 0, 0); y.splice(apart, 0, null); }
  return { x, y };
}

function traceOf(view, field, key, look) {
  return {
    ...points(view, field), name: say(key), mode: 'lines+markers', type: 'scatter', cliponaxis: false,
    line: { color: colour(look.colour), width: 2.5, dash: look.dash }, marker: { size: 8, symbol: look.symbol, color: colour(look.colour) },
    hovertemplate: '%{y:.3f}<extra>%{fullData.name}, ' + say('live.axis_epoch') + ' %{x}</extra>',
  };
}

const WARM = { colour: '--thaw-warm', symbol: 'circle', dash: 'solid' };
const COLD = { colour: '--thaw-cold', symbol: 'diamond', dash: 'dash' };

function tracesOf(view, measure) {
  const traces = [
    traceOf(view, 'train_' + measure, 'live.train', WARM),
    traceOf(view, 'val_' + measure, 'live.val', COLD),
  ];
  if (measure === 'loss') {
    traces.push({
      x: [...view.steps.x], y: [...view.steps.loss], name: say('live.step'), mode: 'lines', type: 'scatter',
      line: { color: colour('--thaw-warm'), width: 1 }, opacity: 0.45, hoverinfo: 'skip',
    });
  }
  if (view.kept.length) traces.push(keptTrace(view, measure));
  return traces;
}

// Rings around the epochs that a run can go on from; the chosen one has a dot in its middle.
function keptTrace(view, measure) {
  const field = (view.epochs.some((item) => item['val_' + measure] !== null) ? 'val_' : 'train_') + measure;
  const kept = view.epochs.filter((item) => view.kept.includes(item.epoch) && item[field] !== null);
  return {
    x: kept.map((item) => item.epoch), y: kept.map((item) => item[field]), name: say('live.kept'), mode: 'markers', type: 'scatter', cliponaxis: false,
    marker: { size: 17, color: colour('--body-text-color'), symbol: kept.map((item) => (item.epoch === view.from ? 'circle-open-dot' : 'circle-open')), line: { width: 2 } },
    hovertemplate: say('live.axis_epoch') + ' %{x}<extra>' + say('live.kept') + '</extra>',
  };
}

function counts(view) {
  return { epochs: view.epochs.length, steps: view.steps.x.length, thawed: view.thawed.length, rest: [view.plan && view.plan.epochs, view.kept, view.from].join('/') };
}

class Chart {
  // `onpick` gets the epoch of a point that was pressed.
  constructor(box, measure, onpick) {
    this.box = box;
    this.measure = measure;
    this.onpick = onpick;
    this.drawn = null;
    new ResizeObserver(once(() => { if (this.drawn && box.offsetWidth) window.Plotly.Plots.resize(box); }, 80)).observe(box);
  }

  async draw(view, run) {
    const library = await plotly();
    if (!this.box.offsetWidth) return; // in a tab that is not shown: drawn when it is
    const now = counts(view);
    const grown = this.drawn && this.drawn.run === run && now.epochs >= this.drawn.epochs && now.steps >= this.drawn.steps && now.rest === this.drawn.rest;
    const before = this.drawn || { epochs: 0, steps: 0, thawed: 0 };
    const isFirst = !this.drawn;
    this.drawn = { run, ...now };
    if (!grown) {
      const layout = layoutOf(view, run, this.measure === 'accuracy', this.box.offsetWidth < 420);
      await library.react(this.box, tracesOf(view, this.measure), layout, { displayModeBar: false, responsive: false });
      if (isFirst) this.box.on('plotly_click', (event) => this.onpick(event.points[0].x));
      return;
    }
    if (now.thawed !== before.thawed) await library.relayout(this.box, { shapes: thawMarks(view), annotations: thawNames(view, this.box.offsetWidth < 420) });
    if (now.epochs === before.epochs && (now.steps === before.steps || this.measure !== 'loss')) return;
    const fresh = { ...view, epochs: view.epochs.slice(before.epochs), steps: tail(view.steps, before.steps) };
    const traces = tracesOf(fresh, this.measure);
    await library.extendTraces(this.box, { x: traces.map((item) => item.x), y: traces.map((item) => item.y) }, traces.map((_, at) => at));
  }
}

function tail(steps, from) {
  return { x: steps.x.slice(from), loss: steps.loss.slice(from), epoch: steps.epoch.slice(from) };
}
