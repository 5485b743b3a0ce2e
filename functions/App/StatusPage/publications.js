const states = { planned: null, committed: 'good', visible: 'good', superseded: null, failed: 'bad' };

function publicationTable(list, name, withDataset) {
  return table({
    name,
    empty: 'Nothing was published yet.',
    heads: [
      'Id',
      withDataset && 'Dataset',
      'State',
      { name: 'Raw', number: true },
      { name: 'Rows in', number: true },
      { name: 'Rows out', number: true },
      { name: 'Duplicates', number: true },
      { name: 'Rejected', number: true },
      { name: 'Contract', number: true },
      'Planned',
      'Committed',
    ].filter(Boolean),
    rows: list.map(each =>
      h(
        'tr',
        { 'data-key': each.id },
        h('th', { scope: 'row', class: 'id' }, each.id),
        withDataset && h('td', {}, h('a', { href: `#/datasets/${each.dataset}` }, each.dataset)),
        h(
          'td',
          {},
          mark(each.state, states[each.state]),
          each.replayed_from && h('small', {}, `replay of ${each.replayed_from} to ${each.replayed_to}`),
          each.failure && h('small', { class: 'fault' }, each.failure),
        ),
        h('td', { class: 'number' }, size(each.raw_bytes)),
        [each.rows_in, each.rows_out, each.duplicates, each.rejected].map(value =>
          h('td', { class: 'number', title: exact(value) }, count(value)),
        ),
        h('td', { class: 'number' }, `v${each.contract_version}`, each.attempt > 1 && h('small', {}, `try ${each.attempt}`)),
        h('td', {}, ago(each.planned_at)),
        h('td', {}, ago(each.committed_at)),
      ),
    ),
  });
}

const publications = {
  section: 'publications',
  title: ({ dataset }) => (dataset ? `Publications of ${dataset}` : 'Publications'),

  async load({ dataset, before }) {
    const query = new URLSearchParams({ limit: 50, ...(dataset && { dataset }), ...(before && { before }) });
    return { page: await send(`/api/publications?${query}`) };
  },

  draw({ status, page }, { dataset, before }) {
    const link = more => `#/publications?${new URLSearchParams({ ...(dataset && { dataset }), ...more })}`;
    return [
      h('h1', {}, publications.title({ dataset })),
      h(
        'section',
        { 'aria-label': 'Publications' },
        h(
          'div',
          { class: 'headline' },
          h(
            'div',
            {},
            h('label', { for: 'of' }, 'Dataset'),
            h(
              'select',
              { id: 'of', 'data-change': 'publicationsOf', 'data-key': `of-${dataset ?? ''}` },
              h('option', { value: '' }, 'all'),
              status.datasets.map(each => h('option', { value: each.dataset, selected: each.dataset === dataset }, each.dataset)),
            ),
          ),
        ),
        publicationTable(
          page.publications,
          before ? `Publications before ${before}, the newest first` : 'Publications, the newest first',
          !dataset,
        ),
        h(
          'div',
          { class: 'buttons' },
          before && h('a', { href: link({}) }, 'Newest'),
          page.next_before && h('a', { href: link({ before: page.next_before }) }, 'Older'),
        ),
      ),
    ];
  },
};

actions.publicationsOf = (_, select) => {
  location.hash = select.value ? `#/publications?dataset=${select.value}` : '#/publications';
};
