// The four networks of Simple as one group of radio buttons. Knows the catalogue's numbers and what is on this computer.
const group = 'cards-' + Math.random().toString(36).slice(2);

function fact(name, text) {
  return el('li', {}, name ? icon(name, 15) : null, text);
}

function where(card) {
  if (card.here) return el('li', { class: 'here' }, icon('check', 15), say('cards.here'));
  const megabytes = card.megabytes ? say('cards.fetch', { megabytes: Math.round(card.megabytes) }) : say('cards.fetch_unknown');
  return fact('fetch', megabytes);
}

function cardOf(card, chosen) {
  const input = el('input', {
    type: 'radio', name: group, value: card.name, class: 'thaw-hidden-input', 'data-keep': card.name, onchange: () => choose(card.name),
  });
  input.checked = card.name === chosen;
  const top1 = card.top1 ? fact('', say('cards.imagenet', { percent: card.top1.toFixed(0) })) : null;
  return el('label', { class: 'net-card' }, input,
    el('span', { class: 'net-face' },
      el('strong', {}, say('cards.' + card.simple)),
      el('span', { class: 'net-title' }, card.title),
      el('ul', {}, fact('', say('cards.parameters', { n: compact(card.parameters) })), top1, where(card))));
}

function choose(name) {
  if (name === (props.value || {}).chosen) return;
  props.value = { ...props.value, chosen: name };
  trigger('pick', { name });
}

function render() {
  const { cards = [], chosen = '' } = props.value || {};
  redraw(root, el('div', { class: 'net-cards', role: 'radiogroup', 'aria-label': say('cards.label') },
    cards.map((card) => cardOf(card, chosen))));
}

watch(['value', 'words'], render);
render();
