const themes = ['auto', 'light', 'dark'];

function wear(theme) {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  document.getElementById('theme').textContent = `Theme: ${theme}`;
}

actions.theme = () => {
  const next = themes[(themes.indexOf(localStorage.getItem('theme') ?? 'auto') + 1) % themes.length];
  localStorage.setItem('theme', next);
  wear(next);
};

actions.skip = () => document.getElementById('main').focus();

wear(themes.includes(localStorage.getItem('theme')) ? localStorage.getItem('theme') : 'auto');
