// A run's journal records folded into one view, in order. Knows no page; passes over kinds that it does not know.
function emptyView() {
  return {
    plan: null, phase: null, steps: { x: [], loss: [], epoch: [], step: [] }, epochs: [], candidates: [], repeats: [], thawed: [],
    warnings: [], model: null, ending: null, kept: [], from: null,
    lastStep: null, first: null, last: null,
  };
}

function seconds(time) {
  return typeof time === 'string' ? Date.parse(time) / 1000 : time;
}

function fold(view, records) {
  for (const record of records) {
    view.last = seconds(record.t);
    if (view.first === null) view.first = view.last;
    if (record.kind === 'planned') view.plan = record.plan;
    else if (record.kind === 'phase') { view.phase = record; if (record.name !== 'training') view.lastStep = null; }
    else if (record.kind === 'step_done') addStep(view, record);
    else if (record.kind === 'epoch_done') view.epochs.push(record);
    else if (record.kind === 'model_ready') view.model = record;
    else if (record.kind === 'candidate_done') addCandidate(view, record);
    else if (record.kind === 'repeat_done') view.repeats.push(record);
    else if (record.kind === 'thawed') view.thawed.push(record);
    else if (record.kind === 'warned') addWarning(view, record.message);
    else if (['finished', 'stopped', 'failed'].includes(record.kind)) view.ending = record;
    else if (record.kind === 'resumed') rewind(view, record);
  }
  return view;
}

function addStep(view, record) {
  view.lastStep = record;
  view.phase = { name: 'training', done: record.step, total: record.steps };
  view.steps.x.push((record.step / record.steps) * record.epochs);
  view.steps.loss.push(record.train_loss);
  view.steps.epoch.push(record.epoch);
  view.steps.step.push(record.step);
}

// The one that leads so far is told apart from the one that led before it.
function addCandidate(view, record) {
  if (record.is_best) view.candidates = view.candidates.map((item) => ({ ...item, is_best: false }));
  view.candidates.push(record);
}

// Whoever goes on says some things again.
function addWarning(view, message) {
  if (!view.resumed || !view.warnings.includes(message)) view.warnings.push(message);
}

// A worker went on from a checkpoint: what was written after it is trained once more and drawn once.
function rewind(view, { epoch, step, candidates, repeats }) {
  const numbered = (most) => (item) => most === null || most === undefined || item.number <= most;
  Object.assign(view, { resumed: true, ending: null, lastStep: null, phase: null });
  view.epochs = view.epochs.filter((item) => item.epoch <= epoch);
  view.thawed = view.thawed.filter((item) => item.epoch <= epoch);
  view.candidates = view.candidates.filter(numbered(candidates));
  view.repeats = view.repeats.filter(numbered(repeats));
  const isKept = step === null || step === undefined ? (at) => view.steps.epoch[at] <= epoch : (at) => view.steps.step[at] <= step;
  const kept = view.steps.x.filter((_, at) => isKept(at)).length;
  Object.values(view.steps).forEach((list) => list.splice(kept));
}
