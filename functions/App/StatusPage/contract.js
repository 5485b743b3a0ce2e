// Words of a contract are Markdown of one line; code is all they use of it.
const words = text => text.split('`').map((part, place) => (place % 2 ? h('code', {}, part) : part));

function contractParts(contract) {
  const fact = (name, values) =>
    values.length > 0 && [
      h('dt', {}, name),
      h(
        'dd',
        {},
        values.map((value, place) => [place > 0 && h('br'), value]),
      ),
    ];
  return [
    h(
      'dl',
      { class: 'facts' },
      fact('Sources', contract.sources.map(words)),
      fact('Lake', [`${contract.dataset}/${contract.partition_by.map(column => `${column}=…/`).join('')}*.parquet`]),
      fact('Sorted by', contract.sort_by.length > 0 ? [contract.sort_by.join(', ')] : []),
      fact('Table', contract.table ? [`${contract.table}, key ${contract.key.join(', ')}`] : []),
      fact('Views', contract.views),
      fact('Rules', contract.rules.map(words)),
    ),
    table({
      name: 'Columns',
      empty: '',
      heads: ['Column', 'Type', 'Always there', 'Mask', 'Made from', 'What it is'],
      rows: contract.columns.map(column =>
        h(
          'tr',
          { 'data-key': column.name },
          h('th', { scope: 'row', class: 'id' }, column.name, contract.key.includes(column.name) && h('small', {}, 'key')),
          h('td', { class: 'nowrap' }, column.type, column.max_length && h('small', {}, `at most ${exact(column.max_length)}`)),
          h('td', {}, column.required ? 'yes' : 'no'),
          h('td', {}, column.mask ? mark(column.mask, 'warn') : '–'),
          h('td', { class: 'words' }, words(column.made_from)),
          h('td', { class: 'words' }, column.description),
        ),
      ),
    }),
    h('details', {}, h('summary', {}, `${contract.dataset}.yaml`), h('pre', {}, contract.yaml)),
  ];
}
