// In Expert: one stage in detail, with a few feature maps on one of the person's own pictures. Knows their route.
const stagePanel = el('section', { class: 'stage-panel thaw-card', hidden: true, tabindex: -1 });
let openedBy = null;
let opened = null;
const askMaps = asker((reply) => { if (opened) opened.maps.replaceChildren(mapsOf(reply)); });

function openStage(group, button) {
  openedBy = button;
  opened = { group, maps: el('div', { class: 'stage-maps', role: 'group', 'aria-label': say('stageinfo.maps') }) };
  const close = el('button', { type: 'button', class: 'thaw-button quiet', 'aria-label': say('stageinfo.close'), onclick: closeStage }, icon('close', 18));
  const facts = group.stages.flatMap((stage) => [
    ['stageinfo.name', stage.name], ['stageinfo.parameters', grouped(stage.parameters)],
    ['stageinfo.shape', stage.output_shape.join(' × ')], ['stageinfo.share', percent(stage.share) + ' %'],
  ]);
  const at = groups().findIndex((one) => one.freeze === group.freeze) + 1;
  const found = at ? readableAt(at) : null;
  if (found) facts.push(['stageinfo.readable', say('compare.readable', { percent: percent(found.accuracy), low: percent(found.low), high: percent(found.high) })]);
  stagePanel.setAttribute('aria-label', group.title);
  stagePanel.replaceChildren(
    el('div', { class: 'runs-top' }, el('h3', {}, group.title), close),
    el('dl', { class: 'measures' }, facts.map(([key, text]) => el('div', {}, el('dt', {}, say(key)), el('dd', {}, text)))), opened.maps);
  stagePanel.hidden = false;
  const isHead = !at;
  if (isHead) opened.maps.replaceChildren(el('p', { class: 'muted' }, say('stageinfo.head')));
  else if (value().dataset) {
    opened.maps.replaceChildren(waitingLine(say('stageinfo.looking')));
    const question = new URLSearchParams({ settings: JSON.stringify(value().settings), stage: group.freeze });
    askMaps(`thaw/datasets/${value().dataset}/maps?${question}`);
  }
  stagePanel.focus({ preventScroll: true });
  stagePanel.scrollIntoView({ behavior: 'smooth', block: 'nearest' });
}

function closeStage() {
  opened = null;
  askMaps('');
  stagePanel.hidden = true;
  if (openedBy && openedBy.isConnected) openedBy.focus();
}

stagePanel.addEventListener('keydown', (event) => { if (event.key === 'Escape') closeStage(); });

function mapsOf(reply) {
  if (reply.state === 'working') return waitingLine(say('stageinfo.looking'));
  if (reply.state === 'failed') return el('p', { class: 'muted' }, icon('warning', 16), ' ', reply.message);
  if (!reply.maps.length) return el('p', { class: 'muted' }, say('stageinfo.none'));
  const image = reply.sha256 ? el('figure', {}, el('img', {
    src: `thaw/datasets/${value().dataset}/thumb/${reply.sha256}.jpg`, alt: say('stageinfo.picture'),
  }), el('figcaption', {}, say('stageinfo.picture'))) : null;
  return el('div', { class: 'maps-row' }, image, reply.maps.map((map) => el('figure', {}, canvasOf(map), el('figcaption', {}, say('stageinfo.map', { n: map.channel })))));
}

// Weak is ice, strong is flame: the two colours of the page from dark to light, so that grey printing keeps the order.
function canvasOf(map) {
  const canvas = el('canvas', { width: map.width, height: map.height, role: 'img', 'aria-label': say('stageinfo.map', { n: map.channel }) });
  const grey = Uint8Array.from(atob(map.pixels), (letter) => letter.charCodeAt(0));
  const image = new ImageData(map.width, map.height);
  grey.forEach((level, at) => {
    const share = level / 255;
    image.data.set([Math.round(12 + 243 * share), Math.round(47 + 150 * share), Math.round(90 + 20 * share), 255], 4 * at);
  });
  canvas.getContext('2d').putImageData(image, 0, 0);
  return canvas;
}
