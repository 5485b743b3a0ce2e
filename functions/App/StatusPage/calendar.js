const signs = { complete: '', partial: '◐', late: '…', missing: '✕', empty: '' };
const meanings = {
  complete: 'has what it should', partial: 'some of it is there', late: 'on its way', missing: 'nothing there', empty: 'nothing expected',
};

// Weeks are rows. One day takes part in the order of the tabulator; arrow keys go from day to day.
const calendar = {
  chosen: null,

  draw(days) {
    const chosen = days.find(each => each.day === calendar.chosen) ?? days.at(-1);
    const weeks = new Map();
    for (const day of days) {
      const monday = weekOf(day.day);
      if (!weeks.has(monday)) weeks.set(monday, new Array(7).fill(null));
      weeks.get(monday)[(new Date(day.day).getUTCDay() + 6) % 7] = day;
    }
    return [
      h('div', { class: 'calendar' },
        h('table', {}, h('caption', {}, `Date partitions, ${days[0].day} to ${days.at(-1).day}`),
          h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Week of'), ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'].map(name => h('th', { scope: 'col' }, name)))),
          h('tbody', {}, [...weeks].map(([monday, week]) => h('tr', { 'data-key': monday },
            h('th', { scope: 'row' }, monday), week.map(day => h('td', {}, day && calendar.button(day, day === chosen))))))),
        h('div', { class: 'about', 'aria-live': 'polite' }, calendar.about(chosen))),
      h('ul', { class: 'legend' }, Object.keys(meanings).map(state =>
        h('li', {}, h('span', { class: 'day', 'data-state': state, 'aria-hidden': 'true' }, signs[state]), `${state}: ${meanings[state]}`))),
    ];
  },

  button: (day, isChosen) => h('button', {
    type: 'button', class: 'day', 'data-state': day.state, 'data-action': 'chooseDay', 'data-day': day.day, 'data-key': day.day,
    tabindex: isChosen ? 0 : -1, 'aria-pressed': isChosen, 'aria-label': `${day.day}, ${day.state}, ${plural(day.rows, 'row')}`,
  }, signs[day.state] || Number(day.day.slice(8))),

  about: day => [
    h('h3', {}, `${day.day} `, mark(day.state, { complete: 'good', partial: 'warn', late: 'warn', missing: 'bad' }[day.state])),
    h('p', {}, day.reason),
    h('p', { class: 'muted' }, `${exact(day.rows)} rows in ${plural(day.objects, 'object')}, ${size(day.bytes)}`),
  ],
};

function weekOf(day) {
  const date = new Date(day);
  date.setUTCDate(date.getUTCDate() - (date.getUTCDay() + 6) % 7);
  return date.toISOString().slice(0, 10);
}

actions.chooseDay = ({ day }) => {
  calendar.chosen = day;
  redraw();
};

document.addEventListener('keydown', pressed => {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[pressed.key];
  const day = pressed.target.dataset?.day;
  if (!step || !day) return;
  const date = new Date(day);
  date.setUTCDate(date.getUTCDate() + step);
  const next = document.querySelector(`[data-day="${date.toISOString().slice(0, 10)}"]`);
  if (!next) return;
  pressed.preventDefault();
  actions.chooseDay(next.dataset);
  next.focus();
});
