// One slab of the drawing for each group of stages: its name, its numbers and, in Expert, its switch and its details.
// Knows how a slab looks; what is frozen it is told.
function sum(items, name) {
  return items.reduce((total, item) => total + item[name], 0);
}

function slab(group, at) {
  const base = groups().length > 8 ? 40 : 52;
  const isHead = at === null;
  const node = el('li', { class: 'ice-slab', style: { 'min-height': base + Math.round(70 * group.share) + 'px' } },
    el('span', { class: 'ice-mark' }),
    el('span', { class: 'ice-name' }, el('strong', {}, group.title), el('small', { class: 'ice-state' })),
    el('span', { class: 'ice-numbers' },
      el('span', {}, say('ice.parameters', { n: compact(group.parameters) })),
      el('span', { class: 'ice-work' },
        el('span', { class: 'ice-bar' }, el('i', { style: { width: Math.max(1, 100 * group.share) + '%' } })),
        say('ice.work', { percent: percent(group.share) }))),
    value().expert ? el('span', { class: 'ice-tools' }, isHead ? null : switchOf(group, at), detailsOf(group)) : null);
  node.title = group.names;
  if (!isHead) node.addEventListener('click', (event) => { if (!event.target.closest('button')) move(line > at ? at : at + 1, true); });
  return node;
}

function switchOf(group, at) {
  return el('button', {
    type: 'button', class: 'ice-switch', role: 'switch', 'aria-checked': 'false',
    'aria-label': say('ice.switch', { stage: group.title }), title: say('ice.switch', { stage: group.title }), onclick: () => flip(at),
  }, el('i'));
}

function detailsOf(group) {
  return el('button', {
    type: 'button', class: 'ice-about', 'aria-label': say('stageinfo.open', { stage: group.title }), title: say('stageinfo.open', { stage: group.title }),
    onclick: (event) => openStage(group, event.currentTarget),
  }, 'i');
}

function paintSlab(node, isFrozen, isBelow) {
  node.classList.toggle('frozen', isFrozen);
  node.classList.toggle('below-line', isBelow);
  node.querySelector('.ice-mark').replaceChildren(icon(isFrozen ? 'snow' : 'flame', 22));
  node.querySelector('.ice-state').textContent = say(isFrozen ? 'ice.frozen' : 'ice.trained');
  node.querySelector('.ice-switch')?.setAttribute('aria-checked', String(!isFrozen));
}
