// One dialog for all questions. Answers the text of its field, true where it has none, and null for "not now".
function ask({ title, text, label, value = '', secret = false, needed = true, yes, alone = false, danger = false }) {
  const part = name => document.getElementById(`ask-${name}`);
  const dialog = document.getElementById('ask');
  const field = part('value');
  part('title').textContent = title;
  part('text').textContent = text;
  part('field').hidden = !label;
  part('label').textContent = label ?? '';
  field.type = secret ? 'password' : 'text';
  field.value = value;
  field.required = Boolean(label) && needed;
  part('yes').textContent = yes;
  part('yes').className = danger ? 'danger' : 'main';
  part('no').hidden = alone;
  return new Promise(resolve => {
    const end = answer => {
      dialog.close();
      dialog.onclose = part('form').onsubmit = part('no').onclick = null;
      resolve(answer);
    };
    part('form').onsubmit = submitted => {
      submitted.preventDefault();
      end(label ? field.value.trim() : true);
    };
    part('no').onclick = () => end(null);
    dialog.onclose = () => end(null);
    dialog.showModal();
    (label ? field : part('yes')).focus();
  });
}
