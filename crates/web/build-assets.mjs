// The one asset step: sources in assets/ and the pinned npm packages become dist/, which the crate embeds.
//
//     npm --prefix crates/web ci --ignore-scripts && node crates/web/build-assets.mjs
//
// dist/ holds files whose names carry a hash of their bytes (so browsers may keep them for ever), a gzip twin of each that
// shrinks, LICENSES.txt of the third parties and manifest.json. Nothing is fetched here. Same inputs, same bytes; when the
// inputs have not changed, nothing is done. `--force` builds anyway, `--check` only says whether dist/ is current.
import crypto from 'node:crypto';
import {Script} from 'node:vm';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import {fileURLToPath} from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const at = (...parts) => path.join(here, ...parts);
const read = (...parts) => fs.readFileSync(at(...parts), 'utf8');
const sha = data => crypto.createHash('sha256').update(data).digest('hex');
const fail = text => { console.error(`build-assets: ${text}`); process.exit(1); };

const PACKAGES = ['htmx.org', 'signature_pad', '@tabler/icons'];
const HTMX = ['node_modules/htmx.org/dist/htmx.min.js', 'node_modules/htmx.org/dist/ext/hx-sse.min.js'];
const PAD = 'node_modules/signature_pad/dist/signature_pad.umd.min.js';
const ICONS = 'node_modules/@tabler/icons/icons/outline';
const CSS = ['assets/app.css', 'assets/phone.css', 'assets/print.css'];
const OWN = [...CSS, 'assets/app.js', 'assets/sign.js', 'assets/favicon.svg', 'assets/icons.txt', 'package-lock.json', 'build-assets.mjs'];

for (const file of [...HTMX, PAD, ICONS]) {
  if (!fs.existsSync(at(file))) fail(`${file} is missing; run: npm --prefix crates/web ci --ignore-scripts`);
}

// ---------- inputs ----------
function walk(dir, ends) {
  if (!fs.existsSync(at(dir))) return [];
  return fs.readdirSync(at(dir), {withFileTypes: true}).sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap(entry => {
    const name = `${dir}/${entry.name}`;
    if (entry.isDirectory()) return walk(name, ends);
    return name.endsWith(ends) ? [name] : [];
  });
}
const templates = walk('templates', '.html');
const rust = walk('src', '.rs');
const version = name => JSON.parse(read('node_modules', name, 'package.json')).version;
const locked = JSON.parse(read('package-lock.json')).packages;
for (const name of PACKAGES) {
  const wanted = locked[`node_modules/${name}`]?.version;
  if (wanted !== version(name)) fail(`${name} is ${version(name)}, the lock file says ${wanted}; run: npm --prefix crates/web ci --ignore-scripts`);
}

// ---------- icons in use ----------
// In templates: icon("x"), icon_l("x"), …#x of a <use>. In Rust: the same calls, and any literal that is an icon's name in a file
// that speaks of icons. Beside that assets/icons.txt. A name in a call or in the list must exist; a literal only counts if it does.
const isIcon = name => fs.existsSync(at(ICONS, `${name}.svg`));
const icons = new Map();
const use = (name, where) => { if (!icons.has(name)) icons.set(name, where); };
for (const file of [...templates, ...rust]) {
  const text = read(file);
  for (const [, name] of text.matchAll(/\bicon\w*\(\s*"([a-z][a-z0-9-]*)"/g)) use(name, file);
  for (const [, name] of text.matchAll(/<use\b[^>]*#([a-z][a-z0-9-]*)"/g)) if (name !== 'brand') use(name, file);
  if (file.endsWith('.rs') && /icon/i.test(text)) {
    for (const [, name] of text.matchAll(/"([a-z][a-z0-9-]*)"/g)) if (isIcon(name)) use(name, file);
  }
}
for (const line of read('assets/icons.txt').split('\n')) {
  const name = line.trim();
  if (name && !name.startsWith('#')) use(name, 'assets/icons.txt');
}
const unknown = [...icons].filter(([name]) => !isIcon(name));
if (unknown.length) fail(unknown.map(([name, where]) => `no icon "${name}" (${where})`).join('\n'));
const names = [...icons.keys()].sort();

// A script that does not parse would only be found by whoever opens a page.
for (const script of ['assets/app.js', 'assets/sign.js']) new Script(read(script), {filename: script});

const inputs = sha([...OWN.map(f => `${f} ${sha(fs.readFileSync(at(f)))}`), ...PACKAGES.map(p => `${p} ${version(p)}`), names.join(' ')].join('\n'));

// ---------- is there anything to do ----------
function current() {
  try {
    const old = JSON.parse(read('dist/manifest.json'));
    if (old.inputs !== inputs) return false;
    return Object.values(old.files).every(f => fs.statSync(at('dist', f.name)).size === f.bytes
      && (!f.gzip || fs.statSync(at('dist', `${f.name}.gz`)).size === f.gzip));
  } catch {
    return false;
  }
}
const isCurrent = current();
if (process.argv.includes('--check')) {
  console.log(isCurrent ? 'dist/ is current' : 'dist/ is out of date');
  process.exit(isCurrent ? 0 : 1);
}
if (isCurrent && !process.argv.includes('--force')) {
  console.log('dist/ is current');
  process.exit(0);
}

// ---------- make ----------
const banner = text => `/* ${text} */\n`;
const noMap = text => text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '');
// Whole-line comments and indentation only: nothing that could change what the code means.
const slimJs = text => text.split('\n').map(l => l.trim()).filter(l => l && !l.startsWith('//')).join('\n');
const slimCss = text => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\s*\n\s*/g, '\n').replace(/;\s*}/g, '}').replace(/\n+/g, '\n').trim();
// @dark{…} is written once and becomes two rules, for screens only: paper is always light. No theme chosen means: as the system.
const dark = text => text.replace(/@dark\s*{([^}]*)}/g, (_, body) =>
  `@media screen{html[data-theme=dark]{${body}}}\n@media screen and (prefers-color-scheme:dark){html:not([data-theme=light]):not([data-theme=dark]){${body}}}`);

const htmxVersion = version('htmx.org');
const sprite = '<svg xmlns="http://www.w3.org/2000/svg"><!-- Tabler Icons, MIT, see LICENSES.txt -->'
  + `<symbol id="brand" viewBox="0 0 28 28">${read('assets/favicon.svg').replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '')}</symbol>`
  + names.map(name => {
    const body = read(ICONS, `${name}.svg`).replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '')
      .replace(/<path stroke="none"[^>]*>/, '').trim().replace(/\s*\n\s*/g, '');
    return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
  }).join('') + '</svg>\n';

const files = {
  'app.css': slimCss(dark(CSS.map(f => read(f)).join('\n'))) + '\n',
  // One file: as separate deferred scripts the live connection came up only in some of the loads.
  'app.js': banner(`htmx ${htmxVersion}, 0BSD, see LICENSES.txt`) + HTMX.map(f => noMap(read(f)).trim()).join(';\n') + ';\n'
    + slimJs(read('assets/app.js')) + '\n',
  'sign.js': banner(`signature_pad ${version('signature_pad')}, MIT, see LICENSES.txt`) + noMap(read(PAD)).trim() + ';\n'
    + slimJs(read('assets/sign.js')) + '\n',
  'icons.svg': sprite,
  'favicon.svg': read('assets/favicon.svg'),
};
const licenses = 'Third-party files in the pages of this program. Everything else in them is its own work.\n'
  + PACKAGES.map(name => {
    const dir = at('node_modules', name);
    const file = fs.readdirSync(dir).find(f => /^licen[sc]e/i.test(f));
    if (!file) fail(`${name} has no licence file`);
    const {license} = JSON.parse(read('node_modules', name, 'package.json'));
    return `\n${'-'.repeat(78)}\n${name} ${version(name)} (${license})\n\n${fs.readFileSync(path.join(dir, file), 'utf8').trim()}\n`;
  }).join('');

fs.mkdirSync(at('dist'), {recursive: true});
const manifest = {inputs, files: {}};
function put(logical, name, text) {
  const bytes = Buffer.from(text);
  const gzip = zlib.gzipSync(bytes, {level: 9});
  // The header's operating-system byte depends on the machine that builds; "unknown" everywhere.
  gzip[9] = 255;
  fs.writeFileSync(at('dist', name), bytes);
  const small = gzip.length < bytes.length * 0.9;
  if (small) fs.writeFileSync(at('dist', `${name}.gz`), gzip);
  manifest.files[logical] = {name, bytes: bytes.length, ...(small ? {gzip: gzip.length} : {})};
}
for (const [logical, text] of Object.entries(files)) {
  put(logical, logical.replace(/(\.\w+)$/, `-${sha(text).slice(0, 12)}$1`), text);
}
put('LICENSES.txt', 'LICENSES.txt', licenses);
const keep = new Set(['manifest.json', ...Object.values(manifest.files).flatMap(f => [f.name, `${f.name}.gz`])]);
for (const name of fs.readdirSync(at('dist'))) if (!keep.has(name)) fs.rmSync(at('dist', name));
fs.writeFileSync(at('dist/manifest.json'), JSON.stringify(manifest, null, 1) + '\n');
for (const [logical, f] of Object.entries(manifest.files)) {
  console.log(`${logical.padEnd(14)}${f.name.padEnd(30)}${String(f.bytes).padStart(8)} bytes${f.gzip ? `${String(f.gzip).padStart(8)} gzip` : ''}`);
}
console.log(`${names.length} icons`);
