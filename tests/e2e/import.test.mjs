// Importing an estate by page: the template, a file with faults, the good rows, the HC community workbook, a wrong file;
// in Chinese and English, without mouse tricks, with axe on every state.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {DESK, PHONE, axe, check, chineseIn, closing, englishIn, page, root, shot, signIn, startProgram, until} from './lib.mjs';

const data = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-import-'));
execFileSync(path.resolve(process.env.SANSHENG_BIN), ['demo', '--data', data, '--households', '40', '--days', '1'], {stdio: 'ignore'});
const program = await startProgram({data});
const hc = path.join(root, 'crates/office/tests/data/hc-community.xlsx');
const faults = path.join(root, 'tests/e2e/data/import-faults.xlsx');
closing('import', async () => { await program.stop(); fs.rmSync(data, {recursive: true, force: true}); });

async function desk(t, options = {}) {
  const tab = await page(t, {base: program.base, viewport: DESK, ...options});
  await signIn(tab, 'lihuimin', 'sansheng-demo');
  return tab;
}

async function upload(tab, file) {
  await tab.goto('/import');
  await tab.setInputFiles('#file', file);
  await tab.click('form[action="/import"] button');
  await tab.waitForURL(/\/import\/[0-9a-f]{32}/);
  await until('the file is looked at', async () => !(await tab.locator('progress').count()), 20000);
}

check('the page, the template and a file of the HC community system', async t => {
  const tab = await desk(t);
  await tab.goto('/import');
  await axe(tab);
  assert.deepEqual(await englishIn(tab, ['HC', 'MB', 'zxm']), []);
  await shot(tab, 'import-list-zh');
  const [download] = await Promise.all([tab.waitForEvent('download'), tab.click('a[href^="/import/template/"] >> nth=0')]);
  assert.match(download.suggestedFilename(), /\.xlsx$/);
  await upload(tab, hc);
  await axe(tab);
  assert.deepEqual(await englishIn(tab, ['HC', 'MB', 'zxm']), []);
  await shot(tab, 'import-preview-zh', {fullPage: true});
  const row = name => tab.locator(`tr:has(th:text-is("${name}"))`).innerText();
  assert.match(await row('房屋'), /8\s+0\s+0\s+0/);
  assert.match(await row('住户'), /5\s+0\s+0\s+0/);
  await tab.click('button[value=all_or_nothing]');
  await until('it is written', async () => (await tab.locator('#import .alert.grn').count()) > 0, 20000);
  await shot(tab, 'import-done-zh');
  await upload(tab, hc);
  assert.match(await row('房屋'), /0\s+0\s+8\s+0/);
  assert.equal(await tab.locator('button[name=mode]').count(), 0, 'nothing to write');
});

check('refused rows are listed, the good ones imported, the marked file downloaded', async t => {
  const tab = await desk(t, {locale: 'en-US'});
  await tab.context().addCookies([{name: 'lang', value: 'en', url: program.base}]);
  await tab.goto('/import');
  if (await tab.locator('html[lang="zh-CN"]').count()) {
    await tab.click('details.who summary');
    await tab.click('button[name=lang][value=en]');
    await tab.goto('/import');
  }
  await axe(tab);
  assert.deepEqual(await chineseIn(tab), []);
  await shot(tab, 'import-list-en');
  await upload(tab, faults);
  await axe(tab);
  assert.deepEqual(await chineseIn(tab), []);
  await shot(tab, 'import-refused-en', {fullPage: true});
  const text = await tab.locator('#import').innerText();
  for (const reason of ['Not a valid mobile or landline number', 'No room number', 'Not a plate']) assert.ok(text.includes(reason), reason);
  const [marked] = await Promise.all([tab.waitForEvent('download'), tab.click('a[href$="refused.xlsx"]')]);
  assert.ok(fs.statSync(await marked.path()).size > 2000);
  await tab.click('button[value=good_rows]');
  await until('it is written', async () => (await tab.locator('#import .alert.grn').count()) > 0, 20000);
  await tab.click('.tabs a[href*="tab=created"]');
  assert.match(await tab.locator('#import table').last().innerText(), /91-1-101/);
  await tab.setViewportSize(PHONE);
  await shot(tab, 'import-done-phone-en', {fullPage: true});
  await tab.goto('/import');
  await axe(tab);
  await shot(tab, 'import-list-phone-en', {fullPage: true});
});

check('a wrong file gets a clear answer', async t => {
  const tab = await desk(t);
  const wrong = path.join(data, 'picture.xlsx');
  fs.writeFileSync(wrong, Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
  await upload(tab, wrong);
  assert.match(await tab.locator('#import .alert.red').innerText(), /PNG|图片|picture/);
  await axe(tab);
  await shot(tab, 'import-wrong');
});

check('who may not import does not find the page', async t => {
  const tab = await page(t, {base: program.base});
  await signIn(tab, 'wangjianguo', 'sansheng-demo');
  const answer = await tab.goto('/import');
  assert.equal(answer.status(), 403);
});
