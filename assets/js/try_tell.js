// "Wrong? Tell me": one click says what a picture really shows, and it is among those that the next training learns from.
// Knows no route; `send(label)` does it, and throws Refused with the reason. Fires `changed`.
const CHIPS = 12; // kinds that fit as buttons; of more, one is typed
let lists = 0;

function tellBox(classes, send, onopen) {
  const told = el('span', { role: 'status', class: 'tell-told' });
  const choices = el('span', { class: 'tell-choices', hidden: true });
  const open = el('button', { type: 'button', class: 'thaw-button quiet small', 'aria-expanded': 'false', onclick: () => show(choices.hidden) }, say('tell.open'));
  const box = el('span', { class: 'tell', onkeydown: (event) => { if (event.key === 'Escape' && !choices.hidden) { show(false); open.focus(); } } }, open, choices, told);

  function show(is) {
    if (is && !choices.childElementCount) choices.append(...(classes.length > CHIPS ? typed() : chips()));
    choices.hidden = !is;
    open.setAttribute('aria-expanded', String(is));
    if (onopen) onopen(is);
    if (is) choices.querySelector('button, input').focus();
  }

  async function tell(label) {
    choices.hidden = true;
    told.textContent = say('tell.sending');
    try {
      await send(label);
      open.hidden = true;
      told.className = 'tell-told good';
      told.textContent = say('tell.done', { name: label });
      trigger('changed', {});
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      open.setAttribute('aria-expanded', 'false');
      told.className = 'tell-told bad';
      told.textContent = error.message;
    }
  }

  const chips = () => [el('span', { class: 'muted' }, say('tell.it_is')), ...classes.map((name) => el('button', { type: 'button', class: 'thaw-chip', onclick: () => tell(name) }, name))];

  function typed() {
    const list = el('datalist', { id: 'tell-kinds-' + (lists += 1) }, classes.map((name) => el('option', { value: name })));
    const input = el('input', { type: 'text', class: 'thaw-input', list: list.id, maxlength: 200, 'aria-label': say('tell.it_is'), placeholder: say('tell.it_is') });
    const known = (event) => { event.preventDefault(); if (classes.includes(input.value.trim())) tell(input.value.trim()); };
    return [el('form', { class: 'album-row', onsubmit: known }, input, list, el('button', { type: 'submit', class: 'thaw-button small' }, say('tell.say')))];
  }
  return box;
}
