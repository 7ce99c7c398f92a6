// What every browser test stands on: the built program on a free port with its own data, Debian's Chromium, pages that
// fail on console errors, CSP violations and 5xx answers, axe, screenshots and the crawl for the wrong language.
//
//   SANSHENG_BIN=target/debug/sansheng node --test tests/e2e/*.test.mjs
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {after, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {chromium} from 'playwright-core';

export const here = path.dirname(fileURLToPath(import.meta.url));
export const root = path.resolve(here, '../..');
export const out = path.join(here, 'out');
const axeSource = fs.readFileSync(path.join(here, 'node_modules/axe-core/axe.min.js'), 'utf8');
export const wait = ms => new Promise(done => setTimeout(done, ms));

/** Asks until `probe` gives something true, or throws with `what` after `ms`. */
export async function until(what, probe, ms = 5000) {
  const end = Date.now() + ms;
  for (;;) {
    const got = await probe();
    if (got) return got;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await wait(40);
  }
}

// ---------- the program ----------
export async function freePort() {
  const server = net.createServer();
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const {port} = server.address();
  await new Promise(done => server.close(done));
  return port;
}

/** Starts the built program on a free port. `data`: an existing directory (kept) instead of a new one (removed). */
export async function startProgram({bin = process.env.SANSHENG_BIN, data, args = [], env = {}, ready = 20000} = {}) {
  assert.ok(bin, 'SANSHENG_BIN names the built program');
  const dir = data ?? fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-e2e-'));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const child = spawn(path.resolve(bin), ['serve', '--data', dir, '--listen', `127.0.0.1:${port}`, ...args],
    {env: {...process.env, ...env}, stdio: ['ignore', 'pipe', 'pipe']});
  let log = '';
  let ended = null;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => { log = (log + chunk).slice(-20000); });
  child.on('exit', code => { ended = code ?? 'signal'; });
  const stop = async () => {
    if (ended === null) {
      child.kill('SIGTERM');
      await until('the program ends', () => ended !== null, 10000).catch(() => child.kill('SIGKILL'));
    }
    if (!data) fs.rmSync(dir, {recursive: true, force: true});
  };
  try {
    await until('the program answers /healthz', async () => {
      if (ended !== null) throw new Error(`the program ended with ${ended}:\n${log}`);
      return fetch(`${base}/healthz`).then(r => r.ok, () => false);
    }, ready);
  } catch (error) {
    await stop();
    throw new Error(`${error.message}\n${log}`);
  }
  return {base, dir, stop, log: () => log, pid: child.pid};
}

// ---------- the browser ----------
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
let opening;
export function browser() {
  opening ??= chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS});
  return opening;
}
export async function closeBrowser() {
  if (opening) await (await opening).close();
  opening = undefined;
}

export const DESK = {width: 1440, height: 900};
export const PHONE = {width: 390, height: 844};

/**
 * A page in a context of its own. It is closed when the test `t` ends, and the test fails if the page saw a console error,
 * an uncaught exception, a CSP violation or a 5xx answer that `allow(pattern)` had not announced.
 * Options: base, viewport, locale, phone (touch), context (to share a session), timezone.
 */
export async function page(t, {base = '', viewport = DESK, locale = 'zh-CN', phone = false, context, timezone = 'Asia/Shanghai', ...more} = {}) {
  const own = context ?? await (await browser()).newContext({
    baseURL: base, viewport: phone ? PHONE : viewport, locale, timezoneId: timezone, hasTouch: phone, isMobile: phone,
    deviceScaleFactor: phone ? 2 : 1, ...more,
  });
  const tab = await own.newPage();
  const problems = [];
  const allowed = [];
  const report = text => { if (!allowed.some(pattern => pattern.test(text))) problems.push(text); };
  tab.on('console', message => {
    const text = message.text();
    // A 4xx answer is part of many dialogues and is asserted where it matters; the browser logs it as an error.
    if (message.type() === 'error' && !/the server responded with a status of 4\d\d/.test(text)) report(`console: ${text}`);
  });
  tab.on('pageerror', error => report(`exception: ${error.stack ?? error}`));
  tab.on('response', answer => { if (answer.status() >= 500) report(`${answer.status()} ${answer.request().method()} ${answer.url()}`); });
  await tab.addInitScript(() => addEventListener('securitypolicyviolation', e =>
    console.error(`CSP ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`)));
  tab.allow = pattern => allowed.push(pattern);
  tab.problems = problems;
  t.after(async () => {
    if (!context) await own.close(); else await tab.close();
    assert.deepEqual(problems, [], 'the page had no errors');
  });
  return tab;
}

/** Signs in by the form of the product and waits until it has left the sign-in page. */
export async function signIn(tab, login, password) {
  if (!/\/sign-in/.test(tab.url())) await tab.goto('/sign-in');
  await tab.fill('[name=login]', login);
  await tab.fill('[name=password]', password);
  await tab.press('[name=password]', 'Enter');
  await tab.waitForURL(url => !/\/sign-in/.test(url.pathname));
}

/** WCAG 2.2 AA and best practice; fails with what is wrong and where. */
export async function axe(tab, {exclude = [], rules = {}} = {}) {
  await tab.evaluate(axeSource);
  const result = await tab.evaluate(([exclude, rules]) => window.axe.run(
    {include: [['html']], exclude: exclude.map(x => [x])},
    {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules}), [exclude, rules]);
  // axe scrolls by inline styles and leaves empty ones, which htmx would copy and the CSP refuse.
  await tab.evaluate(() => document.querySelectorAll('[style=""]').forEach(el => el.removeAttribute('style')));
  const text = result.violations.map(v => `${v.id}: ${v.help}\n` + v.nodes.slice(0, 5)
    .map(n => `    ${n.target.join(' ')} | ${n.html.slice(0, 140)} | ${(n.any[0] ?? n.all[0] ?? n.none[0])?.message ?? ''}`).join('\n')).join('\n');
  assert.equal(text, '', `axe on ${tab.url()}`);
  return result.passes.length;
}

/** A printed list is a table: neither a grid nor columns of one character each, and nothing beside the paper. */
export async function printed(tab) {
  const screen = tab.viewportSize();
  await tab.emulateMedia({media: 'print'});
  // A4 within its margins: 277 mm lying, 180 mm upright.
  await tab.setViewportSize({width: await tab.locator('main.paper.wide').count() ? 1047 : 680, height: 720});
  const wrong = await tab.evaluate(() => {
    const tables = [...document.querySelectorAll('main.paper table')];
    if (!tables.length) return ['no table'];
    return tables.flatMap(table => {
      const found = [];
      const is = getComputedStyle(table).display;
      if (is !== 'table') found.push(`display ${is}`);
      if (table.getBoundingClientRect().right > document.documentElement.clientWidth + 1) found.push('wider than the paper');
      for (const cell of table.querySelectorAll('th, td')) {
        const {width} = cell.getBoundingClientRect();
        if (cell.innerText.trim() && width < 24) found.push(`${Math.round(width)} px: ${cell.innerText.trim().slice(0, 20)}`);
      }
      return found;
    });
  });
  await tab.emulateMedia({media: 'screen'});
  await tab.setViewportSize(screen);
  assert.deepEqual(wrong, [], `on paper: ${tab.url()}`);
}

let shots = 0;
export async function shot(tab, name, options = {}) {
  fs.mkdirSync(out, {recursive: true});
  shots++;
  await tab.screenshot({path: path.join(out, `${name}.png`), animations: 'disabled', ...options});
}

// ---------- the crawl for the wrong language ----------
// What people wrote is marked [data-content] and is left out; so is what says another language of itself.
function texts(keep) {
  const found = [];
  const skip = el => el.closest(`[data-content],script,style,template,noscript,svg,code,pre,.mono,${keep}`);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim();
    if (text && !skip(node.parentElement)) found.push(text);
  }
  for (const el of document.querySelectorAll('[aria-label],[placeholder],[title],[alt],[data-copy-label]')) {
    if (skip(el)) continue;
    for (const name of ['aria-label', 'placeholder', 'title', 'alt']) if (el.getAttribute(name)) found.push(el.getAttribute(name).trim());
  }
  for (const {name, value} of document.querySelector('#l10n')?.attributes ?? []) if (name.startsWith('data-')) found.push(value);
  if (document.title) found.push(document.title);
  return [...new Set(found)];
}
/** Chinese in an English page. */
export async function chineseIn(tab) {
  return (await tab.evaluate(`(${texts})(':not(html):lang(zh)')`)).filter(text => /\p{Script=Han}/u.test(text));
}
const FINE = /^(?:[A-Z]|Sansheng|Excel|API|QR|ID|WeCom|DingTalk|SMS|PDF|CSV|JSON|OpenAPI|IP|URL|HTTPS?|TLS|UTC|Ctrl|Alt|Shift|Enter|Esc|Tab|Home|End|F\d+|English|xlsx|[A-Z]{2}-\d.*|QP-[\w-]*|[A-Z]\/\d|mm|kg|px)$/;
// The name of a clause is the same in both languages.
const CLAUSE = /^[A-Z]{3}-\d+$/;
/** Latin words in a Chinese page, but for names of things and keys. `allow`: more words. */
export async function englishIn(tab, allow = []) {
  const list = await tab.evaluate(`(${texts})('kbd,:not(html):lang(en)')`);
  return list.filter(text => (text.replace(/\{\w+\}/g, ' ').match(/[A-Za-z][\w/-]*/g) ?? []).some(word => !FINE.test(word) && !CLAUSE.test(word) && !allow.includes(word)));
}

// ---------- the runner ----------
const counts = {passed: 0, failed: 0};
/** A test that is counted in the closing line. */
export function check(name, work) {
  test(name, {timeout: 120000}, async t => {
    try { await work(t); counts.passed++; } catch (error) { counts.failed++; throw error; }
  });
}
/** Once in a file: closes the browser and prints the closing line. */
export function closing(title, stop = async () => {}) {
  const began = Date.now();
  after(async () => {
    await stop();
    await closeBrowser();
    console.log(`${title}: ${counts.passed} passed, ${counts.failed} failed, ${shots} screenshots, ${((Date.now() - began) / 1000).toFixed(1)} s`);
  });
}
