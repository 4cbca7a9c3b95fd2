// A model that somebody brings as a bundle is opened and asked in place of the shown run's. Knows the routes of models.
const TAIL = 2 ** 16; // of a zip: where its table of contents lies
let models = [];
let opened = null; // {id, name}; null: the shown run's model is asked

const asks = () => Boolean(opened || value().run);
const base = () => (opened ? 'thaw/models/' + opened.id : 'thaw/runs/' + value().run);

async function isBundle(file) {
  if (!isZip(file.name)) return false;
  const tail = await file.slice(Math.max(0, file.size - TAIL)).text();
  return tail.includes('model.safetensors') && tail.includes('manifest.json');
}

async function loadModels() {
  try { ({ models } = await ask('thaw/models')); } catch (error) { if (!(error instanceof Refused)) throw error; }
  if (opened && !models.some((model) => model.id === opened.id)) opened = null;
}

// The reason where it cannot be opened, else nothing.
async function openBundle(file) {
  try {
    const { model } = await sendBytes('thaw/models?name=' + encodeURIComponent(file.name), file, (done, total) => {
      liveSaid.textContent = say('model.opening', { percent: Math.floor((100 * done) / total) });
    });
    await loadModels();
    liveSaid.textContent = '';
    choose(models.find((one) => one.id === model) || null);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    liveSaid.textContent = error.message;
  }
}

async function closeModel(model) {
  try { await ask('thaw/models/' + model.id + '/drop', {}); } catch (error) { if (!(error instanceof Refused)) throw error; }
  const was = opened && opened.id === model.id;
  await loadModels();
  if (was) choose(null);
  else render();
}

function modelChips() {
  if (!models.length) return null;
  const chip = (text, model) => el('button', { type: 'button', class: 'thaw-chip', 'aria-pressed': String((opened && opened.id) === (model && model.id)), 'data-keep': 'model-' + (model ? model.id : 'run'), onclick: () => choose(model) }, text);
  return el('div', { class: 'album-row try-models', role: 'group', 'aria-label': say('model.asked') },
    el('span', { class: 'muted' }, say('model.asked')), value().run ? chip(say('model.own'), null) : null,
    models.flatMap((model) => [chip(model.name, model), el('button', { type: 'button', class: 'thaw-button quiet small', 'aria-label': say('model.close', { name: model.name }), onclick: () => closeModel(model) }, icon('close', 14))]));
}
