// Brings a person's own weights file to the server, which refuses what does not fit the chosen network.
const status = el('p', { class: 'muted', role: 'status' });
const input = el('input', { type: 'file', accept: '.safetensors,.pth,.pt,.bin', class: 'thaw-hidden-input', tabindex: -1, onchange: () => send(input.files[0]) });
const button = el('button', { type: 'button', class: 'thaw-button', onclick: () => input.click() });
root.append(el('div', { class: 'weights' }, button, input, status));

async function send(file) {
  if (!file) return;
  input.value = '';
  const { name } = file;
  try {
    const about = new URLSearchParams({ name, backbone: (props.value || {}).backbone || '' });
    const reply = await sendBytes('thaw/weights?' + about, file, (done, total) => {
      status.textContent = say('weights.sending', { name, percent: Math.floor((100 * done) / total) });
    });
    status.textContent = say('weights.ready', { name: reply.name });
    trigger('ready', { weights: reply.weights, backbone: reply.backbone });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    status.textContent = say('weights.failed', { reason: error.message });
  }
}

function render() {
  input.setAttribute('aria-label', say('weights.label'));
  button.replaceChildren(icon('upload', 18), say('weights.choose'));
  button.title = say('weights.label');
}

watch(['value', 'words'], render);
render();
