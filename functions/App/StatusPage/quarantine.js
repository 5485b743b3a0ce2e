const quarantine = {
  samples: new Map(),

  draw(dataset, held) {
    if (!held) return missing('Quarantine by cause');
    if (held.groups.length === 0) return h('p', { class: 'muted' }, 'No record is in quarantine.');
    return [
      h('p', {}, `${exact(held.open_records)} records are kept, sealed, until they are replayed or discarded.`),
      table({
        name: 'Refused records by cause',
        empty: '',
        heads: [
          'Cause',
          'Field',
          { name: 'Records', number: true },
          { name: 'Publications', number: true },
          'First seen',
          'Last seen',
          'What to do',
        ],
        rows: held.groups.map(group =>
          h(
            'tr',
            { 'data-key': `${group.code} ${group.field}` },
            h('th', { scope: 'row' }, group.code.replaceAll('_', ' ')),
            h('td', { class: 'id' }, group.field || '–'),
            h('td', { class: 'number' }, exact(group.records)),
            h('td', { class: 'number' }, exact(group.publications)),
            h('td', {}, ago(group.first_seen)),
            h('td', {}, ago(group.last_seen)),
            h(
              'td',
              { class: 'nowrap' },
              [
                ['sampleQuarantine', 'Sample'],
                ['replayQuarantine', 'Replay'],
                ['discardQuarantine', 'Discard'],
              ].map(([action, name]) => [
                h(
                  'button',
                  {
                    type: 'button',
                    'data-action': action,
                    'data-dataset': dataset,
                    'data-code': group.code,
                    'data-field': group.field,
                    'aria-label': `${name} ${group.code} ${group.field}`,
                  },
                  name,
                ),
                ' ',
              ]),
            ),
          ),
        ),
      }),
      quarantine.sample(quarantine.samples.get(dataset)),
    ];
  },

  sample: shown =>
    shown &&
    h(
      'div',
      { 'data-key': 'sample' },
      table({
        name: `Sample of ${shown.code} ${shown.field}; masked`,
        empty: 'The sample is empty.',
        heads: ['Publication', 'Place', 'Reason', 'Record'],
        rows: shown.records.map(record =>
          h(
            'tr',
            {},
            h('td', { class: 'id' }, record.publication),
            h('td', { class: 'id nowrap' }, `${record.shard} @ ${record.position}`),
            h('td', {}, record.message),
            h('td', {}, h('pre', {}, typeof record.record === 'string' ? record.record : JSON.stringify(record.record, null, 1))),
          ),
        ),
      }),
    ),
};

actions.sampleQuarantine = async ({ dataset, code, field }) => {
  try {
    const answer = await withKey(`/api/quarantine/${dataset}/sample?${new URLSearchParams({ code, field, limit: 5 })}`);
    if (!answer) return;
    quarantine.samples.set(dataset, { ...answer, code, field });
    redraw();
    announce(`${plural(answer.records.length, 'record')} shown below the table.`);
  } catch (error) {
    await ask({ title: 'That did not work', text: error.message, yes: 'Close', alone: true });
  }
};

actions.replayQuarantine = async ({ dataset, code, field }) => {
  const sure = await ask({
    title: 'Replay these records?',
    yes: 'Replay',
    text: `${code} ${field}: what the present contract accepts is published, what it still refuses stays. Nothing is loaded twice.`,
  });
  if (sure) await order(`/api/quarantine/${dataset}/replay`, post({ code, ...(field && { field }) }), 'The replay is planned.');
};

actions.discardQuarantine = async ({ dataset, code, field }) => {
  const reason = await ask({
    title: 'Discard these records?',
    text: `${code} ${field}: they are deleted and cannot be replayed any more.`,
    label: 'Why',
    yes: 'Discard',
    danger: true,
  });
  if (reason) await order(`/api/quarantine/${dataset}/discard`, post({ code, field, reason }), 'The records are discarded.');
};
