// Where Thaw is hosted: how long things stay, how many wait, how much of a person's share is used, and erasing it all.
const NEAR = 0.8; // of a limit, from where it is said without being asked for
const value = () => props.value || {};
let told = null;
let problem = '';

const line = el('p', { class: 'mine-line' });
const near = el('p', { class: 'mine-near', role: 'status' });
const list = el('ul', { class: 'mine-list' });
const erase = el('button', { type: 'button', class: 'thaw-button quiet', onclick: eraseAll });
const title = el('summary', {});
root.append(el('section', { class: 'mine' }, line, near, el('details', {}, title, list, erase)));

async function look() {
  try {
    const reply = await fetch(inLanguage('thaw/mine'));
    const found = await reply.json();
    told = reply.ok ? found : told;
    problem = reply.ok ? '' : reasonOf(found);
  } catch { /* the live panel says that the connection is gone */ }
  paint();
}

async function eraseAll() {
  if (!window.confirm(say('mine.sure'))) return;
  try {
    const reply = await fetch(inLanguage('thaw/mine/erase'), { method: 'POST', body: JSON.stringify({ sure: true }) });
    if (reply.ok) { window.location.assign(window.location.pathname); return; }
    problem = reasonOf(await reply.json());
  } catch {
    problem = say('drop.offline');
  }
  paint();
}

function used(item) {
  const amount = item.used > 0 && item.used < 1 ? '<1' : grouped(item.used);
  return say('mine.' + item.name, { used: amount, most: grouped(item.most) });
}

function paint() {
  root.hidden = !value().hosted;
  if (root.hidden) return;
  const hours = told && told.keep_hours ? told.keep_hours : value().hours;
  const queue = told && told.waiting ? say('mine.queue', { n: grouped(told.waiting) }) : say('mine.queue_free');
  line.textContent = say('mine.kept', { n: hours }) + ' ' + queue;
  const shares = (told && told.used) || [];
  const tight = shares.filter((item) => item.used >= NEAR * item.most).map(used);
  near.textContent = problem || (tight.length ? say('mine.near', { what: tight.join(' · ') }) : '');
  near.hidden = !near.textContent;
  title.textContent = say('mine.title');
  list.replaceChildren(...shares.map((item) => el('li', {}, used(item))));
  erase.textContent = say('mine.erase');
}

let following = false;
async function follow() {
  if (following || !value().hosted) return;
  following = true;
  while (alive()) {
    if (!document.hidden) await look();
    await new Promise((wake) => setTimeout(wake, 15000));
  }
}

watch(['value', 'words'], () => { paint(); follow(); });
paint();
follow();
