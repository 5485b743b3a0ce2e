const signs = { complete: '', partial: '◐', late: '…', missing: '✕', empty: '' };
const meanings = {
  complete: 'has what it should',
  partial: 'some of it is there',
  late: 'on its way',
  missing: 'nothing there',
  empty: 'nothing expected',
};

// Weeks are rows. One day takes part in the order of the tabulator; arrow keys go from day to day.
const calendar = {
  chosen: null,
  last: null,
  days: 91,

  // The last day shown: where it was turned to, which ends today; or that of the latest data where those are from long ago.
  async end(name) {
    if (calendar.last) return calendar.last < dayBefore(0) ? calendar.last : dayBefore(0);
    const status = live.status ?? (await send('/api/status'));
    const latest = status.datasets.find(each => each.dataset === name)?.date_partitions[0]?.date;
    return latest && latest < dayBefore(calendar.days) ? latest : dayBefore(0);
  },

  begin: last => addDays(last, 1 - calendar.days),

  draw(days) {
    const chosen = days.find(each => each.day === calendar.chosen) ?? days.at(-1);
    const weeks = new Map();
    for (const day of days) {
      const monday = weekOf(day.day);
      if (!weeks.has(monday)) weeks.set(monday, new Array(7).fill(null));
      weeks.get(monday)[(new Date(day.day).getUTCDay() + 6) % 7] = day;
    }
    return [
      h(
        'div',
        { class: 'calendar' },
        h(
          'table',
          {},
          h('caption', {}, `Date partitions, ${days[0].day} to ${days.at(-1).day}`),
          h(
            'thead',
            {},
            h(
              'tr',
              {},
              h('th', { scope: 'col' }, 'Week of'),
              ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'].map(name => h('th', { scope: 'col' }, name)),
            ),
          ),
          h(
            'tbody',
            {},
            [...weeks].map(([monday, week]) =>
              h(
                'tr',
                { 'data-key': monday },
                h('th', { scope: 'row' }, monday),
                week.map(day => h('td', {}, day && calendar.button(day, day === chosen))),
              ),
            ),
          ),
        ),
        h(
          'div',
          {},
          h('div', { class: 'about', 'aria-live': 'polite' }, calendar.about(chosen)),
          h(
            'div',
            { class: 'buttons' },
            h('button', { type: 'button', 'data-action': 'turnCalendar', 'data-to': addDays(days[0].day, -1) }, 'Earlier'),
            h(
              'button',
              {
                type: 'button',
                'data-action': 'turnCalendar',
                'data-to': addDays(days.at(-1).day, calendar.days),
                disabled: days.at(-1).day >= dayBefore(0),
              },
              'Later',
            ),
          ),
          calendar.bars(days, chosen),
        ),
      ),
      h(
        'ul',
        { class: 'legend' },
        Object.keys(meanings).map(state =>
          h(
            'li',
            {},
            h('span', { class: 'day', 'data-state': state, 'aria-hidden': 'true' }, signs[state]),
            `${state}: ${meanings[state]}`,
          ),
        ),
      ),
    ];
  },

  button: (day, isChosen) =>
    h(
      'button',
      {
        type: 'button',
        class: 'day',
        'data-state': day.state,
        'data-action': 'chooseDay',
        'data-day': day.day,
        'data-key': day.day,
        tabindex: isChosen ? 0 : -1,
        'aria-pressed': isChosen,
        'aria-label': `${day.day}, ${day.state}, ${plural(day.rows, 'row')}`,
      },
      signs[day.state] || Number(day.day.slice(8)),
    ),

  bars(days, chosen) {
    const most = Math.max(1, ...days.map(day => day.rows));
    return h(
      'svg',
      {
        class: 'bars',
        viewBox: `0 0 ${days.length * 4} 40`,
        preserveAspectRatio: 'none',
        role: 'img',
        'aria-label': `Rows by day, at most ${exact(most === 1 ? 0 : most)}`,
      },
      days.map((day, place) => {
        const height = day.rows > 0 ? Math.max(1, (day.rows / most) * 40) : 0.5;
        return h('rect', { x: place * 4, y: 40 - height, width: 3, height, class: day === chosen ? 'chosen' : null });
      }),
    );
  },

  about: day => [
    h('h3', {}, `${day.day} `, mark(day.state, { complete: 'good', partial: 'warn', late: 'warn', missing: 'bad' }[day.state])),
    h('p', {}, day.reason),
    h('p', { class: 'muted' }, `${exact(day.rows)} rows in ${plural(day.objects, 'object')}, ${size(day.bytes)}`),
  ],
};

const addDays = (day, days) => new Date(Date.parse(day) + days * 86400000).toISOString().slice(0, 10);
const weekOf = day => addDays(day, -((new Date(day).getUTCDay() + 6) % 7));

actions.turnCalendar = ({ to }) => {
  calendar.last = to;
  return live.now();
};

actions.chooseDay = ({ day }) => {
  calendar.chosen = day;
  redraw();
};

document.addEventListener('keydown', pressed => {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[pressed.key];
  const day = pressed.target.dataset?.day;
  if (!step || !day) return;
  const next = document.querySelector(`[data-day="${addDays(day, step)}"]`);
  if (!next) return;
  pressed.preventDefault();
  actions.chooseDay(next.dataset);
  next.focus();
});
