// How far an orchestration says it is: done, of how many; null where it does not say.
function far(progress) {
  if (!progress) return null;
  if ('Days' in progress) return { done: progress.DaysDone, all: progress.Days, what: 'days' };
  if ('WindowsLeft' in progress)
    return { done: progress.WindowsDone, all: progress.WindowsDone + progress.WindowsLeft, what: 'windows' };
  if ('Published' in progress) return { done: progress.Published, all: progress.Published + progress.Running, what: 'publications' };
  if ('PiecesLeft' in progress) return { done: progress.PiecesDone, all: progress.PiecesDone + progress.PiecesLeft, what: 'pieces' };
  return null;
}

const tones = { Running: 'good', Completed: null, Pending: null, Suspended: 'warn', Failed: 'bad', Terminated: 'warn' };
const isOpen = run => ['Running', 'Pending', 'Suspended'].includes(run.status);

function runList(runs, empty, extra = () => null) {
  if (runs.length === 0) return h('p', { class: 'muted' }, empty);
  return h(
    'ul',
    { class: 'runs' },
    runs.map(run => {
      const way = far(run.progress);
      const title = backfillTitle(run) ?? run.name.replace(/Orchestration$/, '');
      return h(
        'li',
        { 'data-key': run.id },
        h(
          'div',
          { class: 'headline' },
          h('div', {}, h('strong', {}, title), ' ', mark(run.status === 'Terminated' ? 'Cancelled' : run.status, tones[run.status])),
          h('span', { class: 'muted small' }, 'begun ', ago(run.created_at)),
        ),
        h(
          'div',
          { class: 'muted small' },
          h('span', { class: 'id' }, run.id),
          way && ` · ${way.done} of ${plural(way.all, way.what.slice(0, -1))}`,
        ),
        way &&
          isOpen(run) &&
          h('progress', { max: way.all || 1, value: way.done, 'aria-label': `${title}: ${way.done} of ${way.all} ${way.what}` }),
        run.failure && h('p', { class: 'fault' }, run.failure),
        (run.progress?.Problems ?? []).map(problem => h('p', { class: 'fault small' }, problem)),
        extra(run),
      );
    }),
  );
}

function backfillTitle(run) {
  const progress = run.progress;
  return progress?.Source && progress.From ? `${progress.Source}, ${progress.From} to ${progress.To}` : null;
}
