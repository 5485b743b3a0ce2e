// Views by the address behind the hash, so that links can be shared.
let drawn = null;

function route() {
  const [path, query] = location.hash.slice(1).split('?');
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  const parameters = Object.fromEntries(new URLSearchParams(query ?? ''));
  if (parts[0] === 'datasets' && parts[1]) return { view: datasetView, parameters: { name: parts[1] } };
  return { view: { runs, publications, alerts }[parts[0]] ?? flow, parameters };
}

function show(view, data, parameters) {
  const main = document.getElementById('main');
  const content = document.createElement('main');
  append(content, data.refused ? [h('h1', {}, view.title(parameters)), h('p', {}, data.refused)] : [view.draw(data, parameters)]);
  bringChildren(main, [...content.childNodes]);
  drawn = { view, data, parameters };
  document.title = `${view.title(parameters)} · Pipeline`;
  countAlerts(data.status.alerts_open);
}

function redraw() {
  if (drawn) show(drawn.view, drawn.data, drawn.parameters);
}

function countAlerts(open) {
  const place = document.getElementById('alert-count');
  const before = Number(place.textContent);
  if (place.textContent !== '' && open > before) announce(`${plural(open, 'alert')} open.`);
  place.hidden = open === 0;
  place.textContent = open;
}

function markSection() {
  const { section } = route().view;
  for (const link of document.querySelectorAll('#nav a')) {
    if (link.hash === `#/${section}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

window.addEventListener('hashchange', async () => {
  calendar.chosen = calendar.last = null;
  drawn = null;
  markSection();
  const main = document.getElementById('main');
  main.focus();
  window.scrollTo(0, 0);
  await live.now();
});

markSection();
// Paints what stands in the document first; drawing and asking can wait for that.
requestAnimationFrame(() => setTimeout(() => live.now()));
