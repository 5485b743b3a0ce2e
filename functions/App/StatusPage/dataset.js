const datasetView = {
  section: '',
  title: ({ name }) => name,
  rows: new Map(),
  contracts: new Map(),

  async load({ name }) {
    const path = `/api/datasets/${encodeURIComponent(name)}`;
    const contract = this.contracts.get(name) ?? (await read(path));
    if (!contract) return { contract };
    this.contracts.set(name, contract);
    const last = await calendar.end(name);
    const [days, held, page] = await Promise.all([
      read(`${path}/days?${new URLSearchParams({ from: calendar.begin(last), to: last })}`),
      read(`/api/quarantine/${encodeURIComponent(name)}`),
      read(`/api/publications?limit=10&dataset=${encodeURIComponent(name)}`),
    ]);
    return { contract, days, held, page };
  },

  draw({ status, contract, days, held, page }, { name }) {
    const dataset = status.datasets.find(each => each.dataset === name);
    if (!dataset || !contract)
      return [h('h1', {}, name), h('p', {}, 'There is no such dataset. ', h('a', { href: '#/' }, 'All datasets'))];
    const part = (id, title, ...content) => h('section', { 'aria-labelledby': id, 'data-key': id }, h('h2', { id }, title), content);
    return [
      h('h1', {}, name),
      h('p', {}, contract.description),
      h('p', { class: 'muted small' }, contract.owner && `${contract.owner} · `, `contract version ${contract.version}`),
      this.figures(dataset),
      dataset.streams
        .filter(stream => stream.stopped)
        .map(stream => h('p', { class: 'fault' }, `${stream.stream} is stopped: ${stream.stopped}`)),
      part('days', 'Completeness', days ? calendar.draw(days.days) : missing('The calendar')),
      part('quarantine', 'Quarantine', quarantine.draw(name, held)),
      part('rows', 'Rows', this.sample(name)),
      part(
        'published',
        'Publications',
        page && publicationTable(page.publications, 'The last ten', false),
        h('p', { class: 'small' }, h('a', { href: `#/publications?dataset=${name}` }, 'All publications')),
      ),
      part('contract', 'Contract', contractParts(contract)),
    ];
  },

  figures: dataset =>
    h(
      'dl',
      { class: 'figures' },
      figure('Landing', rate(dataset.rate.records_per_second), `records/s, ${size(dataset.rate.bytes_per_second)}/s`),
      figure(
        'Waiting',
        count(dataset.lag.records),
        dataset.lag.oldest_landed_at ? `oldest ${span(dataset.lag.oldest_age_seconds)}` : 'records',
      ),
      figure('Watermark age', span(dataset.watermark_age_seconds), dataset.watermark ? `since ${dataset.watermark.slice(0, 10)}` : ''),
      figure('Rows out', count(dataset.rows_out), `of ${count(dataset.rows_in)} in`),
      figure('Duplicates', count(dataset.duplicates), 'rows'),
      dataset.table && figure('In the table', count(dataset.table.rows), 'rows'),
    ),

  sample(name) {
    const shown = this.rows.get(name);
    const button = h(
      'button',
      { type: 'button', 'data-action': 'showRows', 'data-dataset': name },
      shown ? 'Read again' : 'Show sample rows',
    );
    if (!shown) return [h('p', { class: 'muted' }, 'The first rows of a new object of the lake; masked columns are masked.'), button];
    return [
      table({
        name: `From ${shown.object}`,
        empty: 'The object has no rows.',
        heads: shown.columns.map(column => column.name),
        rows: shown.rows.map(row =>
          h(
            'tr',
            {},
            row.map(value => h('td', { class: 'cell', title: value ?? 'null' }, value ?? h('span', { class: 'muted' }, 'null'))),
          ),
        ),
      }),
      h('div', { class: 'buttons' }, button),
    ];
  },
};

actions.showRows = async ({ dataset }) => {
  try {
    const sample = await withKey(`/api/datasets/${dataset}/rows?limit=20`);
    if (!sample) return;
    datasetView.rows.set(dataset, sample);
    redraw();
    announce(`${plural(sample.rows.length, 'row')} shown.`);
  } catch (error) {
    await ask({ title: 'No rows', text: error.message, yes: 'Close', alone: true });
  }
};
