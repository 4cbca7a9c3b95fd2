// Brings a person's own weights file to the server. Knows the route; what is in the file, others check.
const status = el('p', { class: 'muted', role: 'status' });
const input = el('input', { type: 'file', accept: '.safetensors,.pth,.pt,.bin', class: 'thaw-hidden-input', tabindex: -1, onchange: () => send(input.files[0]) });
const button = el('button', { type: 'button', class: 'thaw-button', onclick: () => input.click() });
root.append(el('div', { class: 'weights' }, button, input, status));

function send(file) {
  if (!file) return;
  const request = new XMLHttpRequest();
  request.open('POST', inLanguage('thaw/weights?name=' + encodeURIComponent(file.name)));
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) status.textContent = say('weights.sending', { name: file.name, percent: Math.floor((100 * event.loaded) / event.total) });
  };
  request.onload = () => {
    let reply = null;
    try { reply = JSON.parse(request.responseText); } catch { reply = null; }
    if (request.status !== 200) { status.textContent = say('weights.failed', { reason: reasonOf(reply) }); return; }
    status.textContent = say('weights.ready', { name: reply.name });
    trigger('ready', { weights: reply.weights });
  };
  request.onerror = () => { status.textContent = say('weights.failed', { reason: reasonOf(null) }); };
  request.send(file);
  input.value = '';
}

function render() {
  input.setAttribute('aria-label', say('weights.label'));
  button.replaceChildren(icon('upload', 18), say('weights.choose'));
  button.title = say('weights.label');
}

watch(['value', 'words'], render);
render();
