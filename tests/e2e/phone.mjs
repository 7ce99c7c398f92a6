// A small demo estate on a free port, and the desk's part of a story, for the tests of the phone pages.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {axe, browser, chineseIn, englishIn, shot, signIn, startProgram} from './lib.mjs';

export const PASSWORD = 'sansheng-demo';
export const NAMES = ['LX', 'BX', 'STARTTLS', 'Webhook', 'zxm'];

/** The program on a new demo estate. */
export async function demo() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-phone-'));
  execFileSync(path.resolve(process.env.SANSHENG_BIN), ['demo', '--data', dir, '--households', '40', '--days', '2'], {stdio: 'ignore'});
  const app = await startProgram({data: dir, args: ['--lock-after', '0']});
  return {...app, stop: async () => { await app.stop(); fs.rmSync(dir, {recursive: true, force: true}); }};
}

/** A signed-in tab of the desk, for requests only. */
export async function desk(base) {
  const own = await (await browser()).newContext({baseURL: base, locale: 'zh-CN'});
  const tab = await own.newPage();
  await signIn(tab, 'chenxiaowen', PASSWORD);
  return tab;
}

let n = 0;
/** Registers a repair and dispatches it; gives the numbers of order and case and the case's id. `more`: fields of the form. */
export async function order(tab, more = {}) {
  await tab.goto('/desk');
  const department = await tab.evaluate(() => [...document.querySelectorAll('[name=department] option, input[name=department]')]
    .map(o => ({value: o.value, text: o.textContent || o.closest('label')?.textContent || ''})).find(o => /工程/.test(o.text))?.value ?? '');
  n++;
  const answer = await tab.request.post('/desk', {maxRedirects: 0, form: {
    _key: `phone-${process.pid}-${n}`, channel: 'phone', started_at: String(Date.now()), name: '周晓敏', phone: `1380013${String(6600 + n)}`, address: '3-1-1201',
    kind: 'request', item: 'repair.water.leak', item_text: '漏水', content: '主卫洗手台角阀漏水，已关总阀，地面有积水。', place: '户内 · 主卫',
    scope: 'own', fee: 'free', told: 'yes', accepted: 'yes', department, act: 'register', ...more}});
  assert.ok([302, 303].includes(answer.status()), `registered: ${answer.status()} ${(await answer.text()).match(/class="err"[^>]*>[^<]*/g)}`);
  await tab.goto('/tasks?tab=free');
  const list = await tab.goto('/orders');
  const html = await list.text();
  const numbers = [...html.matchAll(/LX-\d{8}-\d{4}/g)].map(m => m[0]).sort();
  const number = numbers.at(-1);
  assert.ok(number, 'an order is in the list');
  return number;
}

/** axe, a screenshot, and the crawl for the other language. */
export async function looked(tab, name, language = 'zh') {
  await axe(tab);
  await shot(tab, name, {fullPage: true});
  if (language === 'en') assert.deepEqual(await chineseIn(tab), [], `no Chinese on ${name}`);
  else assert.deepEqual(await englishIn(tab, NAMES), [], `no English on ${name}`);
}

/** Draws something like a signature. */
export async function draw(tab) {
  await tab.locator('.sign canvas').scrollIntoViewIfNeeded();
  const box = await tab.locator('.sign canvas').boundingBox();
  await tab.mouse.move(box.x + 30, box.y + 60);
  await tab.mouse.down();
  for (let i = 1; i <= 24; i++) await tab.mouse.move(box.x + 30 + i * 10, box.y + 70 + Math.sin(i) * 28, {steps: 2});
  await tab.mouse.up();
}
