// Asks an address again and again while the server says that it is still working on the answer. Knows no question.
const SHOWN_PAUSE = 700;
const HIDDEN_PAUSE = 3000;

// A new address ends the asking of the one before; an empty one only ends it.
function asker(show) {
  let round = 0;
  return async function ask(address) {
    round += 1;
    const mine = round;
    while (address && alive() && mine === round) {
      let pause = document.hidden || !root.offsetWidth ? HIDDEN_PAUSE : SHOWN_PAUSE;
      try {
        const answer = await fetch(inLanguage(address));
        const reply = await answer.json();
        if (mine !== round) return;
        show(answer.ok ? reply : { state: 'failed', message: reasonOf(reply) });
        if (!answer.ok || reply.state !== 'working') return;
      } catch { pause = HIDDEN_PAUSE; } // the server is away for a moment
      await new Promise((wake) => setTimeout(wake, pause));
    }
  };
}

function waitingLine(text) {
  return el('p', { class: 'asking muted', role: 'status' }, el('span', { class: 'thaw-spinner' }), text);
}
