// A day's landings by the hour as one small line. The figures are in its name; the table beside it has the totals.
function sparkline(hours, name) {
  const now = Math.floor(Date.now() / 3600000);
  const values = new Array(24).fill(0);
  for (const hour of hours) {
    const place = 23 - (now - Math.floor(new Date(hour.hour) / 3600000));
    if (place >= 0 && place < 24) values[place] = hour.records;
  }
  const most = Math.max(...values);
  const total = values.reduce((sum, value) => sum + value, 0);
  const label =
    total === 0
      ? `${name}: nothing landed in the last 24 hours`
      : `${name}: ${exact(total)} records in the last 24 hours, at most ${exact(most)} in an hour`;
  const points = values.map((value, place) => `${place * 4} ${(25 - (most ? value / most : 0) * 22).toFixed(1)}`);
  return h(
    'svg',
    { class: 'spark', viewBox: '0 0 92 28', preserveAspectRatio: 'none', role: 'img', 'aria-label': label },
    h('path', { class: 'area', d: `M0 27L${points.join('L')}L92 27Z` }),
    h('path', { class: 'line', d: `M${points.join('L')}` }),
  );
}

const mark = (text, tone) => h('span', { class: 'mark', 'data-tone': tone }, text);

const figure = (name, value, unit) => h('div', {}, h('dt', {}, name), h('dd', {}, value, unit && [' ', h('small', {}, unit)]));

function table({ name, heads, rows, empty }) {
  if (rows.length === 0) return h('p', { class: 'muted' }, empty);
  return h(
    'div',
    { class: 'scroll', role: 'region', 'aria-label': name, tabindex: 0 },
    h(
      'table',
      {},
      h('caption', {}, name),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          heads.map(head =>
            h(
              'th',
              { scope: 'col', class: [head.number && 'number', head.aside && 'aside'].filter(Boolean).join(' ') || null },
              head.name ?? head,
            ),
          ),
        ),
      ),
      h('tbody', {}, rows),
    ),
  );
}

const missing = what => h('p', { class: 'muted' }, `${what}: not available. This pipeline has no such endpoint.`);
