const behindAfter = 15 * 60;

// What needs a look first, what nothing is known of last.
const ranks = { bad: 0, warn: 1, good: 2 };
const rank = dataset => ranks[standing(dataset)[1]] ?? (dataset.records_landed > 0 ? 3 : 4);

function standing(dataset) {
  if (dataset.streams.some(stream => stream.stopped)) return ['stopped', 'bad'];
  if (dataset.publications_failed > 0) return [`${dataset.publications_failed} failed`, 'bad'];
  if (dataset.lag.oldest_age_seconds > behindAfter) return ['behind', 'warn'];
  if (dataset.rate.records_per_second > 0 || dataset.lag.records > 0) return ['flowing', 'good'];
  return [dataset.records_landed > 0 ? 'quiet' : 'nothing yet', null];
}

// What a filter drops is not wanted, and not kept.
const quarantined = dataset => dataset.rejections.reduce((sum, cause) => sum + (cause.code === 'filtered' ? 0 : cause.records), 0);

const flow = {
  section: '',
  title: () => 'Flow',

  async load() {
    return { running: await read('/api/orchestrations?limit=20') };
  },

  draw({ status, running }) {
    const datasets = status.datasets;
    const sum = value => datasets.reduce((total, dataset) => total + value(dataset), 0);
    const bytes = sum(dataset => dataset.rate.bytes_per_second);
    return [
      h('h1', {}, 'Flow'),
      h(
        'dl',
        { class: 'figures' },
        figure('Landing', rate(sum(dataset => dataset.rate.records_per_second)), `records/s, ${size(bytes)}/s`),
        figure(
          'Waiting to be published',
          count(sum(dataset => dataset.lag.records)),
          `records, ${size(sum(dataset => dataset.lag.bytes))}`,
        ),
        figure('In quarantine', count(sum(quarantined)), 'records'),
        figure('Running', running ? `${running.orchestrations.length}${running.more ? '+' : ''}` : '–', 'orchestrations'),
        figure('Open alerts', count(status.alerts_open), h('a', { href: '#/alerts' }, 'look')),
      ),
      h(
        'section',
        { 'aria-labelledby': 'datasets' },
        h('h2', { id: 'datasets' }, 'Datasets'),
        table({
          name: 'What flows now, by dataset; rates are of the last five minutes',
          heads: [
            'Dataset',
            'State',
            { name: 'Landed, 24 hours', aside: true },
            { name: 'Rate', number: true },
            { name: 'Waiting', number: true },
            { name: 'Watermark age', number: true },
            { name: 'Last publication', number: true, aside: true },
            { name: 'Rows out', number: true, aside: true },
            { name: 'Quarantine', number: true },
          ],
          rows: datasets.toSorted((one, other) => rank(one) - rank(other)).map(flow.row),
          empty: 'There are no datasets.',
        }),
      ),
      running &&
        h(
          'section',
          { 'aria-labelledby': 'running' },
          h('h2', { id: 'running' }, 'Running now'),
          runList(running.orchestrations, 'Nothing is running.'),
        ),
    ];
  },

  row(dataset) {
    const [state, tone] = standing(dataset);
    const { lag } = dataset;
    const lands = dataset.rate.records_per_second > 0;
    const none = () => h('span', { class: 'muted' }, '–');
    return h(
      'tr',
      { 'data-key': dataset.dataset, class: dataset.records_landed > 0 ? null : 'idle' },
      h('th', { scope: 'row' }, h('a', { href: `#/datasets/${dataset.dataset}` }, dataset.dataset)),
      h('td', {}, mark(state, tone)),
      h('td', { class: 'aside' }, sparkline(dataset.hours, dataset.dataset)),
      h(
        'td',
        { class: 'number' },
        lands ? [rate(dataset.rate.records_per_second), '/s', h('small', {}, `${size(dataset.rate.bytes_per_second)}/s`)] : none(),
      ),
      h(
        'td',
        { class: 'number' },
        lag.records > 0 ? [count(lag.records), h('small', {}, `oldest ${span(lag.oldest_age_seconds)}`)] : none(),
      ),
      h(
        'td',
        { class: 'number', title: dataset.watermark ? `${instant(dataset.watermark)} UTC` : null },
        span(dataset.watermark_age_seconds),
      ),
      h('td', { class: 'number aside' }, ago(dataset.last_publication)),
      h('td', { class: 'number aside', title: exact(dataset.rows_out) }, dataset.rows_out > 0 ? count(dataset.rows_out) : none()),
      h(
        'td',
        { class: 'number' },
        quarantined(dataset) > 0 ? h('a', { href: `#/datasets/${dataset.dataset}` }, count(quarantined(dataset))) : none(),
      ),
    );
  },
};
