// By hand: a browser needs 30 ms to make its first Intl.NumberFormat, before anything is painted.
const whole = value => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');

function short(value) {
  const powers = ['', 'K', 'M', 'B', 'T'];
  let power = 0;
  for (; Math.abs(value) >= 999.95 && power < powers.length - 1; power++) value /= 1000;
  return `${value.toFixed(1).replace(/\.0$/, '')}${powers[power]}`;
}

const count = value => (value === null || value === undefined ? '–' : Math.abs(value) < 100000 ? whole(value) : short(value));
const exact = value => (value === null || value === undefined ? '–' : whole(value));
const plural = (number, what) => `${count(number)} ${what}${number === 1 ? '' : 's'}`;

function size(bytes) {
  if (bytes === null || bytes === undefined) return '–';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let unit = 0;
  for (; bytes >= 1024 && unit < units.length - 1; unit++) bytes /= 1024;
  return `${bytes >= 100 || unit === 0 ? Math.round(bytes) : bytes.toFixed(1)} ${units[unit]}`;
}

const rate = value => (value === 0 ? '0' : value < 10 ? value.toFixed(1) : count(Math.round(value)));

function span(seconds) {
  if (seconds === null || seconds === undefined) return '–';
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${(seconds / 3600).toFixed(seconds < 36000 ? 1 : 0)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

// 2026-11-20 12:03:04, of an instant's text.
const instant = text => (text ? new Date(text).toISOString().replace('T', ' ').slice(0, 19) : '–');
const since = text => (text ? Math.max(0, (Date.now() - new Date(text)) / 1000) : null);
const clock = () => new Date().toISOString().slice(11, 19);
const dayBefore = days => new Date(Date.now() - days * 86400000).toISOString().slice(0, 10);

function ago(text) {
  if (!text) return h('span', { class: 'muted' }, '–');
  return h('time', { datetime: text, title: `${instant(text)} UTC` }, `${span(since(text))} ago`);
}
