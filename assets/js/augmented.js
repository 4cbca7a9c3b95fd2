// Eight varied versions of a person's own pictures, as training would see them. Knows their route, and when to ask.
const value = () => props.value || {};
let asked = '';
let reply = null;
const ask = asker((said) => { reply = said; paint(); });

function paint() {
  if (!reply) root.replaceChildren();
  else if (reply.state === 'working') root.replaceChildren(waitingLine(say('augmented.looking')));
  else if (reply.state === 'failed') root.replaceChildren(el('p', {}, icon('warning', 16), ' ', reply.message));
  else {
    root.replaceChildren(el('ul', { class: 'augmented', 'aria-label': say('augmented.label') }, reply.pictures.map((picture, at) => el('li', {},
      el('img', { src: 'data:image/jpeg;base64,' + picture, alt: say('augmented.one', { n: at + 1 }) })))));
  }
}

function render() {
  const { dataset = '', settings = null } = value();
  const question = dataset && settings ? `thaw/datasets/${dataset}/augmented?settings=${encodeURIComponent(JSON.stringify(settings))}` : '';
  if (question !== asked) {
    asked = question;
    reply = question ? { state: 'working' } : null;
    ask(question);
  }
  paint();
}

watch(['value', 'words'], render);
render();
