// Plotly from our own server, fetched when a chart is first drawn, and the page's colours for it. Knows no chart.
function plotly() {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  if (!window.thawPlotly) {
    window.thawPlotly = new Promise((ok, no) => {
      const script = el('script', { src: 'thaw/assets/plotly.min.js' });
      script.onload = () => ok(window.Plotly);
      script.onerror = () => { window.thawPlotly = null; no(new Error('plotly.min.js')); };
      document.head.append(script);
    });
  }
  return window.thawPlotly;
}

function colour(name) {
  return getComputedStyle(root).getPropertyValue(name).trim();
}
