// Talks to our own routes: JSON there and back, and bytes with progress that can be stopped. Knows no component.
Object.assign(ICONS, {
  undo: 'M9 7 4.500 11.500 9 16M5 11.500h9a5 5 0 0 1 0 10h-3',
  redo: 'M15 7l4.500 4.500L15 16M19 11.500h-9a5 5 0 0 0 0 10h3',
  pencil: 'M4 20l1-4L16.500 4.500l3 3L8 19zM14.500 6.500l3 3',
  bin: 'M5 7h14M9.500 7V4.500h5V7M7 7l1 13h8l1-13M10.500 11v5.500M13.500 11v5.500',
  plus: 'M12 5v14M5 12h14',
  back: 'M11 6l-6 6 6 6M5 12h14',
  frame: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4',
  leave: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM6 6l12 12',
});

let sending = null; // the request whose bytes are on their way

// Pictures are brought in two phases: files are listed and read, then every picture is opened and looked at.
function phaseWords(phase) {
  if (!phase || !phase.total) return say('drop.reading_start');
  return say('drop.phase_' + phase.name, { done: grouped(phase.done), total: grouped(phase.total) });
}

class Refused extends Error {}

// The answer of a route; throws Refused with the server's own sentence.
async function ask(address, content) {
  const options = content === undefined ? {} : { method: 'POST', body: JSON.stringify(content) };
  let answer = null;
  let reply = null;
  try {
    answer = await fetch(inLanguage(address), options);
    reply = await answer.json();
  } catch { throw new Refused(say('drop.offline')); }
  if (!answer.ok) throw new Refused(reasonOf(reply));
  return reply;
}

// `onShare(done, total)` counts bytes. Throws Refused with an empty message where it was stopped.
function sendBytes(address, blob, onShare) {
  return new Promise((done, broken) => {
    const request = new XMLHttpRequest();
    sending = request;
    request.open('POST', inLanguage(address));
    request.responseType = 'json';
    request.upload.onprogress = (event) => onShare(event.loaded, event.total || blob.size);
    request.onload = () => (request.status < 300 && request.response ? done(request.response) : broken(new Refused(reasonOf(request.response))));
    request.onerror = () => broken(new Refused(say('drop.offline')));
    request.onabort = () => broken(new Refused(''));
    request.onloadend = () => { sending = null; };
    request.send(blob);
  });
}

// Sends files one after another into a waiting set; returns its name. What was sent is dropped when it breaks off.
async function stageFiles(count, fileAt, onShare) {
  const { staged } = await ask('thaw/staging', {});
  try {
    for (let at = 0; at < count; at += 1) {
      const { name, blob } = await fileAt(at);
      await sendBytes('thaw/staging/' + staged + '/file?name=' + encodeURIComponent(name), blob, (done, total) => onShare(at, total ? done / total : 0, name));
    }
  } catch (error) {
    ask('thaw/staging/' + staged + '/drop', {}).catch(() => {});
    throw error;
  }
  return staged;
}
