// Follows many pictures that a process of their own adds to a kind, and stops it. Knows its route.
const stopAdding = el('button', { type: 'button', class: 'thaw-button quiet', hidden: true });

function offerStop(work) {
  stopAdding.textContent = say('drop.cancel');
  stopAdding.hidden = false;
  stopAdding.onclick = work;
}

// What `add` answered where the pictures were few; else the answer of the job, once it has ended. Throws Refused.
async function whenAdded(dataset, reply) {
  if (!reply.job) return reply;
  const address = 'thaw/datasets/' + dataset + '/adding/' + reply.job;
  offerStop(() => attempt(() => ask(address + '/stop', {})));
  while (alive()) {
    const seen = await ask(address);
    if (seen.ended) {
      if (seen.stopped) throw new Refused(say('drop.stopped'));
      return seen;
    }
    tell(phaseWords(seen.phase));
    await new Promise((wake) => setTimeout(wake, 400));
  }
  throw new Refused('');
}
