// In the rehearsal page: while an attack needs a client of its own at an SFU, one lives in a hidden frame here.
let frame = null;
const look = async () => {
  const wanted = await (await fetch('/attacker/wanted')).json();
  if (!wanted.name) {
    frame?.remove();
    frame = null;
  } else if (frame?.dataset.name !== wanted.name) {
    frame?.remove();
    frame = document.createElement('iframe');
    frame.dataset.name = wanted.name;
    frame.hidden = true;
    frame.title = 'Attacker';
    frame.allow = 'autoplay';
    frame.src = '/attacker/ghost.html';
    document.body.append(frame);
  }
};
// Attacks are steps in the state that the page listens to anyway; a page in the background hears them, too.
new EventSource('/api/events').addEventListener('state', () => void look());
