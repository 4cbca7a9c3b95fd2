// Arrow keys, Home and End move between the tabs, as in every program; Gradio's own tabs know the Tab key alone.
document.addEventListener('keydown', (event) => {
  const here = event.target.closest && event.target.closest('#tabs [role="tab"]');
  if (!here) return;
  const tabs = [...here.parentElement.querySelectorAll('[role="tab"]')];
  const at = tabs.indexOf(here);
  const places = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 };
  if (!(event.key in places)) return;
  const next = tabs[(places[event.key] + tabs.length) % tabs.length];
  event.preventDefault();
  next.click();
  next.focus();
});
