// Elements are made anew with each answer and the page is brought in line with them, node by node: what is the same stays the same node,
// so that focus, selection and what was typed are kept. Data only ever become text or attribute values.
const svgNames = new Set(['svg', 'path', 'rect', 'title']);

function h(name, attributes, ...children) {
  const node = svgNames.has(name) ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {}))
    if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? '' : String(value));
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children.flat(Infinity))
    if (child !== null && child !== undefined && child !== false) node.append(child instanceof Node ? child : String(child));
}

// What a person has entered or opened is theirs.
const kept = { INPUT: ['value', 'checked'], SELECT: ['value'], DETAILS: ['open'] };

function bring(from, to) {
  if (
    from.nodeType !== to.nodeType ||
    from.nodeName !== to.nodeName ||
    from.getAttribute?.('data-key') !== to.getAttribute?.('data-key')
  ) {
    from.replaceWith(to);
    return;
  }
  if (from.nodeType === Node.TEXT_NODE) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  const own = kept[from.nodeName] ?? [];
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name) && !own.includes(name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes)
    if (from.getAttribute(name) !== value && !own.includes(name)) from.setAttribute(name, value);
  bringChildren(from, [...to.childNodes]);
}

function bringChildren(parent, wanted) {
  const keyed = new Map();
  for (const child of parent.childNodes) if (child.dataset?.key) keyed.set(child.dataset.key, child);
  wanted.forEach((to, place) => {
    const present = parent.childNodes[place];
    const same = to.dataset?.key ? keyed.get(to.dataset.key) : present;
    if (!same || (same !== present && same.parentNode !== parent)) parent.insertBefore(to, present ?? null);
    else {
      if (same !== present) parent.insertBefore(same, present);
      bring(same, to);
    }
  });
  while (parent.childNodes.length > wanted.length) parent.lastChild.remove();
}

// Listeners sit on the document alone, so that nodes need none.
const actions = {};
for (const [event, attribute] of [
  ['click', 'action'],
  ['submit', 'submit'],
  ['change', 'change'],
])
  document.addEventListener(event, async happened => {
    const source = happened.target.closest?.(`[data-${attribute}]`);
    const action = source && actions[source.dataset[attribute]];
    if (!action) return;
    if (event !== 'change') happened.preventDefault();
    await action(source.dataset, source);
  });

function announce(sentence) {
  const place = document.getElementById('announce');
  place.textContent = '';
  requestAnimationFrame(() => {
    place.textContent = sentence;
  });
}
