// The key is asked for when an answer says that one is needed, and kept for this tab only.
const keyName = 'pipeline-function-key';

class Refused extends Error {
  constructor(status, problem) {
    super([problem?.title ?? `The pipeline answered ${status}.`, ...(problem?.faults ?? [])].join(' '));
    this.status = status;
  }
}

async function send(path, options = {}) {
  const key = sessionStorage.getItem(keyName);
  const headers = { ...(options.body && { 'content-type': 'application/json' }), ...(key && { 'x-functions-key': key }) };
  const answer = await fetch(path, { ...options, headers, cache: 'no-store', signal: AbortSignal.timeout(20000) });
  const isJson = answer.headers.get('content-type')?.includes('json');
  const body = isJson ? await answer.json() : null;
  if (!answer.ok) throw new Refused(answer.status, body);
  return body;
}

// Null where the pipeline has no such endpoint.
async function read(path) {
  try {
    return await send(path);
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

// Tries once more with a key when one is asked for.
async function withKey(path, options) {
  for (;;) {
    try {
      return await send(path, options);
    } catch (error) {
      if (error.status !== 401) throw error;
      const wasWrong = sessionStorage.getItem(keyName) !== null;
      sessionStorage.removeItem(keyName);
      const key = await ask({
        title: 'Function key',
        label: 'Key',
        secret: true,
        yes: 'Use this key',
        text: wasWrong
          ? 'The key was refused. Another one?'
          : 'This needs a function key. It is kept until the tab is closed and sent to this address only.',
      });
      if (!key) return undefined;
      sessionStorage.setItem(keyName, key);
    }
  }
}

// Says how an order ended, and brings the page up to date.
async function order(path, options, done) {
  try {
    const answer = await withKey(path, options);
    if (answer === undefined) return false;
    announce(done);
    await live.now();
    return true;
  } catch (error) {
    await ask({ title: 'That did not work', text: error.message, yes: 'Close', alone: true });
    return false;
  }
}

const post = body => ({ method: 'POST', body: JSON.stringify(body) });
