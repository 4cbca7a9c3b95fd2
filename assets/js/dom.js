// Shared by every component that is drawn in the browser: makes elements, fills words in. Values only ever become text
// nodes or attributes, never markup: class names and file names are written by strangers.
const root = element.querySelector('.thaw-mount');

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'style') Object.entries(value).forEach(([key, text]) => node.style.setProperty(key, text));
    else node.setAttribute(name, value === true ? '' : READ.has(name) ? plain(value) : value);
  }
  const shown = children.flat().filter((child) => child !== null && child !== undefined && child !== false);
  node.append(...shown.map((child) => (typeof child === 'string' ? plain(child) : child)));
  return node;
}

// Marks that turn the direction of what follows are written out where people read a name; what is sent back keeps them.
const READ = new Set(['title', 'alt', 'aria-label']);
function plain(text) {
  return String(text).replace(/[\u202a-\u202e\u2066-\u2069]/g, (mark) => '\\u' + mark.charCodeAt(0).toString(16));
}

const ICONS = {
  snow: 'M12 2v20M4.2 6.5l15.6 11M19.8 6.5l-15.6 11M12 5.5 9.5 3.5M12 5.5l2.5-2M12 18.5l-2.5 2M12 18.5l2.5 2M5 10.2 4.3 7l3.2-.6M19 13.8l.7 3.2-3.2.6M5 13.8 4.3 17l3.2.6M19 10.2l.7-3.2-3.2-.6',
  flame: 'M12 22c4 0 7-2.7 7-6.8 0-3.3-2-5.4-3.3-7.7-.5 1.3-1.2 2.2-2.2 2.8.3-3.4-1-6.3-3.7-8.3.2 3-1 4.9-2.4 6.7C6.1 10.4 5 12.2 5 15.2 5 19.3 8 22 12 22z',
  picture: 'M4 5h16v14H4zM4 16l4.5-4.5 4 4 2.5-2.5 5 5M15.5 9.500h.01',
  flag: 'M5 21V4h11l-1.5 4L16 12H5',
  folder: 'M3 6h6l2 2.500h10V19H3z',
  zip: 'M6 3h9l4 4v14H6zM14 3v5h5M10 11h2M10 14h2M10 17h2',
  camera: 'M4 8h3.500L9 5.500h6L16.5 8H20v11H4zM12 16.500a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.600z',
  check: 'M5 12.5 10 17.5 19.5 7',
  fetch: 'M12 4v11M7.5 11l4.5 4.500L16.5 11M5 20h14',
  stop: 'M5 5h14v14H5z',
  pause: 'M8 5v14M16 5v14',
  close: 'M6 6l12 12M18 6 6 18',
  warning: 'M12 4 2.5 20h19zM12 10v4.500M12 17.300v.01',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  updown: 'M12 3v18M8 7l4-4 4 4M8 17l4 4 4-4',
  upload: 'M12 16V5M7.5 9.5 12 5l4.5 4.500M5 19h14',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2',
};

function icon(name, size = 20) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  const path = document.createElementNS(space, 'path');
  const look = {
    viewBox: '0 0 24 24', width: size, height: size, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.8,
    'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': 'true', class: 'thaw-icon icon-' + name,
  };
  Object.entries(look).forEach(([key, value]) => svg.setAttribute(key, value));
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

// A tab that is opened for the first time after an update that passed it over comes up without its words (seen in
// Gradio 6.31): those last given then hold, or TABLES, which came with this script, in the language of the page.
let known = null;
function dictionary() {
  if (props.words && props.words.language) known = props.words;
  return known || TABLES[document.documentElement.lang] || TABLES.en;
}

function say(key, values) {
  const text = dictionary()[key];
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (place, name) => (values && name in values ? String(values[name]) : place));
}

// An address whose answer holds sentences: the server says them in the page's language.
function inLanguage(address) {
  const language = dictionary().language || 'en';
  return address + (address.includes('?') ? '&' : '?') + 'lang=' + encodeURIComponent(language);
}

function has(key) {
  return key in dictionary();
}

function grouped(count) {
  return Math.round(count).toLocaleString('en');
}

function compact(count) {
  if (count >= 1e9) return (count / 1e9).toPrecision(3) + ' B';
  if (count >= 1e6) return (count / 1e6).toPrecision(3) + ' M';
  if (count >= 1e3) return (count / 1e3).toPrecision(3) + ' k';
  return String(count);
}

function percent(share) {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return '<0.1';
  return value > 0 && value < 1 ? value.toFixed(1) : value > 99 && value < 100 ? value.toFixed(1) : value.toFixed(0);
}

function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return say('live.seconds', { n: whole });
  if (whole < 3600) return say('live.minutes', { m: Math.floor(whole / 60), s: whole % 60 });
  return say('live.hours', { h: Math.floor(whole / 3600), m: Math.floor((whole % 3600) / 60) });
}

// A length of time to be read at a glance, two digits that count.
function brief(seconds) {
  if (seconds < 59.5) return say('time.seconds', { n: seconds < 1 ? Number(seconds.toPrecision(1)) : Number(seconds.toPrecision(2)) });
  if (seconds < 3570) return say('time.minutes', { n: Number((seconds / 60).toPrecision(2)) });
  return say('time.hours', { n: Math.max(1, Number((seconds / 3600).toPrecision(2))) });
}

function bytesInWords(bytes) {
  return bytes >= 0.5e9 ? (bytes / 1e9).toFixed(1) + ' GB' : Math.max(1, Math.round(bytes / 1e6)) + ' MB';
}

// The server's errors are {"message", "hint"}; anything else is a connection that broke.
function reasonOf(reply) {
  const words = [reply && reply.message, reply && reply.hint].filter(Boolean).join(' ');
  return words || say('drop.offline');
}

// Draws a box anew and leaves the keyboard where it was: on the part that is marked with the same `data-keep`, and in a
// text at the same letters, so that what is typed next replaces what was chosen.
function redraw(box, ...parts) {
  const before = box.contains(document.activeElement) ? document.activeElement : null;
  const held = before && before.dataset.keep;
  const [from, to] = held ? [before.selectionStart, before.selectionEnd] : [];
  box.replaceChildren(...parts.flat().filter((part) => part !== null && part !== undefined && part !== false));
  const now = held ? box.querySelector('[data-keep="' + CSS.escape(held) + '"]') : null;
  if (!now) return;
  now.focus({ preventScroll: true });
  if (from != null && now.selectionStart != null) now.setSelectionRange(from, to); // boxes of numbers have none
}

function once(work, milliseconds) {
  let timer = null;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...values), milliseconds);
  };
}

function alive() {
  return element.isConnected;
}
