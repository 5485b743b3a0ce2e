// A view whose address names what is not there is told so by the pipeline, which is reached.
function refusal(error) {
  if (error.status !== 400) throw error;
  return { refused: error.message };
}

// Asks every five seconds while the page is in view; less and less often while the pipeline is not reached.
const live = {
  pause: 5000,
  longest: 60000,
  timer: 0,
  round: 0,
  failures: 0,
  reachedAt: null,

  async now() {
    clearTimeout(this.timer);
    const round = ++this.round;
    try {
      const { view, parameters } = route();
      const [data, status] = await Promise.all([view.load(parameters).catch(refusal), send('/api/status')]);
      if (round !== this.round) return;
      this.reached();
      live.status = status;
      show(view, { ...data, status }, parameters);
    } catch (error) {
      if (round !== this.round) return;
      this.lost(error);
    }
    if (!document.hidden) this.timer = setTimeout(() => this.now(), Math.min(this.pause * 2 ** this.failures, this.longest));
  },

  reached() {
    if (this.failures > 0) announce('The pipeline answers again.');
    this.failures = 0;
    this.reachedAt = clock();
    document.getElementById('away').hidden = true;
    this.say('live', `Live · ${this.reachedAt}`);
  },

  lost(error) {
    const away = document.getElementById('away');
    const why = error instanceof Refused ? error.message : 'It does not answer.';
    const sentence = this.reachedAt
      ? `Not reached since ${this.reachedAt} UTC. ${why} What is shown is from then.`
      : `The pipeline was not reached. ${why}`;
    if (away.textContent !== sentence) away.textContent = sentence;
    away.hidden = false;
    this.failures++;
    this.say('away', 'Not reached');
  },

  say(state, text) {
    const place = document.getElementById('reach');
    place.dataset.state = state;
    place.textContent = text;
  },
};

document.addEventListener('visibilitychange', () => {
  clearTimeout(live.timer);
  if (!document.hidden) live.now();
});
