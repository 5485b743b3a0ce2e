// An empty field is the record as a whole; null stands for any.
const causeName = (code, field) =>
  [code?.replaceAll('_', ' ') ?? 'every cause', field === '' ? 'the record as a whole' : field].filter(Boolean).join(', ');

const quarantine = {
  samples: new Map(),

  draw(dataset, held) {
    if (!held) return missing('Quarantine by cause');
    return [
      held.open_records > 0 && h('p', {}, `${exact(held.open_records)} records are kept, sealed, until they are replayed or discarded.`),
      table({
        name: 'Refused records by cause',
        empty: 'No record is in quarantine.',
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
            h('td', group.field ? { class: 'id' } : { class: 'muted' }, group.field || 'the record as a whole'),
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
                    'aria-label': `${name} ${causeName(group.code, group.field)}`,
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
      held.replays.length > 0 && quarantine.replays(held.replays),
    ];
  },

  sample: shown =>
    shown &&
    h(
      'div',
      { class: 'below', 'data-key': 'sample' },
      table({
        name: `Sample of ${causeName(shown.code, shown.field)}; masked`,
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

  replays: list =>
    h(
      'div',
      { class: 'below', 'data-key': 'replays' },
      table({
        name: 'The latest replays; what a later one takes is counted there',
        empty: '',
        heads: [
          'Replay',
          'What',
          'State',
          { name: 'Rows in', number: true },
          { name: 'Rows out', number: true },
          { name: 'Refused again', number: true },
          { name: 'Contract', number: true },
          'Planned',
          'Committed',
        ],
        rows: list.map(replay =>
          h(
            'tr',
            { 'data-key': replay.publication },
            h('th', { scope: 'row', class: 'id' }, replay.publication),
            h(
              'td',
              {},
              replay.kind === 'refused' ? causeName(replay.code, replay.field) : 'all',
              h('small', {}, `of publication ${replay.of}`),
            ),
            h('td', {}, mark(replay.state, states[replay.state]), replay.failure && h('small', { class: 'fault' }, replay.failure)),
            [replay.rows_in, replay.rows_out, replay.rejected].map(value => h('td', { class: 'number' }, exact(value))),
            h('td', { class: 'number' }, `v${replay.contract_version}`),
            h('td', {}, ago(replay.planned_at)),
            h('td', {}, ago(replay.committed_at)),
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
    text: `${causeName(code, field)}: what the present contract accepts is published, the rest stays refused. Nothing is loaded twice.`,
  });
  if (sure) await order(`/api/quarantine/${dataset}/replay`, post({ code, field }), 'The replay is planned.');
};

actions.discardQuarantine = async ({ dataset, code, field }) => {
  const reason = await ask({
    title: 'Discard these records?',
    text: `${causeName(code, field)}: they are no longer replayed by themselves; the raw segments keep them for replays of whole days.`,
    label: 'Why',
    yes: 'Discard',
    danger: true,
  });
  if (reason) await order(`/api/quarantine/${dataset}/discard`, post({ code, field, reason }), 'The records are discarded.');
};
