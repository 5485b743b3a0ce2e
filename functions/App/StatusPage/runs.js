const runs = {
  section: 'runs',
  title: () => 'Runs',
  source: null,

  async load() {
    const [running, backfills] = await Promise.all([read('/api/orchestrations?limit=100'), read('/api/backfills?limit=20')]);
    return { running, backfills };
  },

  draw({ running, backfills }) {
    const others = running?.orchestrations.filter(run => run.name !== 'BackfillOrchestration');
    return [
      h('h1', {}, 'Runs'),
      h(
        'div',
        { class: 'beside' },
        h(
          'section',
          { 'aria-labelledby': 'start' },
          h('h2', { id: 'start' }, 'Start a backfill'),
          backfills ? runs.form(backfills.sources) : missing('Backfills'),
        ),
        h(
          'section',
          { 'aria-labelledby': 'backfills' },
          h('h2', { id: 'backfills' }, 'Backfills'),
          backfills ? runList(backfills.backfills, 'None in the last 30 days.', runs.cancelButton) : missing('Backfills'),
        ),
      ),
      h(
        'section',
        { 'aria-labelledby': 'running' },
        h('h2', { id: 'running' }, 'Running now'),
        others ? runList(others, 'Nothing else is running.') : missing('Orchestrations'),
        running?.more && h('p', { class: 'muted small' }, 'There are more; a hundred of them are shown.'),
      ),
    ];
  },

  form(sources) {
    if (sources.length === 0)
      return h('p', { class: 'muted' }, 'The settings name no account of a provider, so there is nothing to ask again.');
    const chosen = sources.find(each => each.source === runs.source) ?? sources[0];
    const day = (name, label, value) =>
      h(
        'div',
        {},
        h('label', { for: name }, label),
        h('input', { id: name, name, type: 'date', required: true, value, max: dayBefore(1) }),
      );
    return h(
      'form',
      { 'data-submit': 'startBackfill' },
      h(
        'div',
        { class: 'fields' },
        h(
          'div',
          { class: 'wide' },
          h('label', { for: 'source' }, 'Source'),
          h(
            'select',
            { id: 'source', name: 'source', 'data-change': 'backfillSource' },
            sources.map(each => h('option', { selected: each === chosen }, each.source)),
          ),
        ),
        h(
          'fieldset',
          { class: 'wide', 'data-key': chosen.source },
          h('legend', {}, 'Accounts'),
          h(
            'div',
            { class: 'checks' },
            chosen.accounts.map(account =>
              h('label', {}, h('input', { type: 'checkbox', name: 'account', value: account, checked: true }), ' ', account),
            ),
          ),
        ),
        day('from', 'First day', dayBefore(8)),
        day('to', 'Last day', dayBefore(2)),
      ),
      h(
        'p',
        { class: 'muted small' },
        'Days are asked for again, the latest first. What stands is replaced slice by slice when the new one is sound.',
      ),
      h('div', { class: 'buttons' }, h('button', { class: 'main', type: 'submit' }, 'Start')),
    );
  },

  cancelButton: run =>
    isOpen(run) &&
    h(
      'div',
      { class: 'buttons' },
      h(
        'button',
        {
          type: 'button',
          class: 'danger',
          'data-action': 'cancelBackfill',
          'data-id': run.id,
          'data-title': backfillTitle(run) ?? run.id,
          'aria-label': `Cancel the backfill ${backfillTitle(run) ?? run.id}`,
        },
        'Cancel',
      ),
    ),
};

actions.backfillSource = (_, select) => {
  runs.source = select.value;
  live.now();
};

actions.startBackfill = async (_, form) => {
  const entered = new FormData(form);
  await order(
    '/api/backfills',
    post({
      source: entered.get('source'),
      accounts: entered.getAll('account'),
      from: entered.get('from'),
      to: entered.get('to'),
    }),
    `The backfill of ${entered.get('source')} is started.`,
  );
};

actions.cancelBackfill = async ({ id, title }) => {
  const sure = await ask({
    title: 'Cancel this backfill?',
    text: `${title}: what is landed stays; the rest is not asked for.`,
    yes: 'Cancel the backfill',
    danger: true,
  });
  if (sure) await order(`/api/backfills/${encodeURIComponent(id)}`, { method: 'DELETE' }, 'The backfill is cancelled.');
};
