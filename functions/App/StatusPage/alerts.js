const severities = { critical: 'bad', warning: 'warn' };

const alerts = {
  section: 'alerts',
  title: () => 'Alerts',

  async load({ before }) {
    return { open: await read(`/api/alerts?${new URLSearchParams({ state: 'open', limit: 50, ...(before && { before }) })}`) };
  },

  draw({ status, open }, { before }) {
    if (!open) return [h('h1', {}, 'Alerts'), h('section', {}, missing(`${plural(status.alerts_open, 'open alert')}. Their texts`))];
    return [
      h('h1', {}, 'Alerts'),
      h(
        'p',
        { class: 'muted' },
        status.alerts_open === 0
          ? 'Nothing is wrong that the pipeline knows of.'
          : `${plural(status.alerts_open, 'alert')} open${before ? '; these are older ones' : ''}, the newest first.`,
      ),
      open.alerts.map(alerts.card),
      h(
        'div',
        { class: 'buttons' },
        before && h('a', { href: '#/alerts' }, 'Newest'),
        open.next_before && h('a', { href: `#/alerts?before=${open.next_before}` }, 'Older'),
      ),
    ];
  },

  card(alert) {
    const fact = (name, value) => value && [h('dt', {}, name), h('dd', {}, value)];
    const title = `alert-${alert.id}`;
    return h(
      'article',
      { class: 'alert', 'data-tone': severities[alert.severity], 'data-key': alert.id, 'aria-labelledby': title },
      h(
        'div',
        { class: 'headline' },
        h(
          'h2',
          { id: title },
          mark(alert.severity, severities[alert.severity]),
          ' ',
          alert.code.replaceAll('_', ' '),
          alert.dataset && [' · ', h('a', { href: `#/datasets/${alert.dataset}` }, alert.dataset)],
        ),
        h(
          'span',
          { class: 'muted small' },
          'last seen ',
          ago(alert.last_seen_at),
          alert.occurrences > 1 && `, ${count(alert.occurrences)} times`,
        ),
      ),
      h('p', {}, alert.text),
      h(
        'dl',
        { class: 'facts' },
        fact('Subject', alert.subject),
        fact('Since', ago(alert.since ?? alert.raised_at)),
        fact('Expected', alert.expected),
        fact('Seen', alert.seen),
      ),
      alert.query &&
        h(
          'div',
          { class: 'query' },
          h('pre', {}, alert.query),
          h(
            'button',
            { type: 'button', 'data-action': 'copy', 'data-text': alert.query, 'aria-label': `Copy the query of ${alert.code}` },
            'Copy',
          ),
        ),
      h(
        'div',
        { class: 'buttons' },
        h(
          'button',
          {
            type: 'button',
            'data-action': 'resolveAlert',
            'data-id': alert.id,
            'aria-label': `Resolve ${alert.code} of ${alert.subject}`,
          },
          'Resolve',
        ),
        runbook(alert.runbook),
      ),
    );
  },
};

const runbook = place =>
  place &&
  (place.startsWith('https://')
    ? h('a', { href: place, rel: 'noreferrer', target: '_blank' }, 'Runbook')
    : h('span', { class: 'muted small' }, 'Runbook: ', h('code', {}, place)));

actions.copy = async ({ text }) => {
  await navigator.clipboard.writeText(text);
  announce('Copied.');
};

actions.resolveAlert = async ({ id }) => {
  const reason = await ask({
    title: 'Resolve this alert',
    text:
      'It is raised again if what is wrong goes on. What is not there (a silent topic-partition, an account, a dataset) stays resolved ' +
      'until it has come back.',
    label: 'What was done',
    yes: 'Resolve',
  });
  if (reason) await order(`/api/alerts/${id}/resolve`, post({ reason }), 'The alert is resolved.');
};
