// The working calendars by page: a year drawn, a closure added with a preview, a year's file imported and applied, why a limit is due
// then; in Chinese and English, with axe on every state.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {DESK, axe, check, chineseIn, closing, englishIn, page, shot, signIn, startProgram, until} from './lib.mjs';

const data = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-calendar-'));
const bin = path.resolve(process.env.SANSHENG_BIN);
execFileSync(bin, ['demo', '--data', data, '--households', '400', '--days', '20'], {stdio: 'ignore'});
const program = await startProgram({data});
closing('calendar', async () => { await program.stop(); fs.rmSync(data, {recursive: true, force: true}); });

/** Somebody of the demo, in a language. */
async function person(t, login, lang = 'zh', options = {}) {
  const tab = await page(t, {base: program.base, viewport: DESK, ...options});
  await tab.context().addCookies([{name: 'lang', value: lang, url: program.base}]);
  await signIn(tab, login, 'sansheng-demo');
  if (!(await tab.locator(`html[lang="${lang === 'en' ? 'en' : 'zh-CN'}"]`).count())) {
    await tab.click('details.who summary');
    await tab.click(`button[name=lang][value=${lang}]`);
    await tab.waitForURL(() => true);
  }
  return tab;
}

/** Nothing in the other language, and axe clean. */
async function clean(tab, lang) {
  const odd = lang === 'en' ? await chineseIn(tab) : await englishIn(tab, ['JSON', 'json', 'zxm', 'COM', 'STD', 'CSM', 'REC']);
  assert.deepEqual(odd, [], `${lang} on ${tab.url()}`);
  await axe(tab);
}

check('a year is drawn with holidays, make-up days and their names, for everybody', async t => {
  for (const lang of ['zh', 'en']) {
    const tab = await person(t, 'chenxiaowen', lang);
    await tab.goto('/calendar?code=office&year=2026');
    await clean(tab, lang);
    await shot(tab, `calendar-${lang}`, {fullPage: true});
    const october = tab.locator('.calmonth').nth(9);
    assert.match(await october.locator('.calnotes').innerText(), lang === 'en' ? /1–7\s+National Day/ : /1–7\s+国庆节/);
    assert.equal(await october.locator('td .day.hol').count(), 7);
    assert.equal(await october.locator('td .day.mk').count(), 1);
    assert.equal(await tab.locator('form[action="/calendar/years"]').count(), 0, 'the desk imports nothing');
    await tab.goto('/calendar?code=desk&year=2027');
    await clean(tab, lang);
  }
});

check('a closure is looked at, put into effect, and removed again', async t => {
  for (const lang of ['zh', 'en']) {
    const tab = await person(t, 'jingli', lang);
    await tab.goto('/calendar');
    await tab.click('a[href="/calendar/exceptions/new"]');
    await clean(tab, lang);
    await shot(tab, `calendar-exception-${lang}`, {fullPage: true});
    await tab.fill('#first', '2026-12-24');
    await tab.fill('#last', '2026-12-23');
    await tab.fill('#name', '年终盘点');
    await tab.fill('#name_en', 'Stocktaking');
    await tab.click('form[action="/calendar/exceptions/new"] button.pri');
    assert.match(await tab.locator('#last-e').innerText(), lang === 'en' ? /before the first/ : /早于/);
    await tab.fill('#last', '2026-12-25');
    await tab.click('form[action="/calendar/exceptions/new"] button.pri');
    await tab.waitForURL(/\/calendar\/changes\//);
    await tab.waitForSelector('#reason');
    await clean(tab, lang);
    await shot(tab, `calendar-change-${lang}`, {fullPage: true});
    await tab.fill('#reason', '年终盘点');
    await tab.click('button[value=new]');
    await tab.waitForURL(/\/calendar\?/);
    const december = tab.locator('.calmonth').nth(11);
    assert.match(await december.innerText(), lang === 'en' ? /24–25\s+Stocktaking/ : /24–25\s+年终盘点/);
    await clean(tab, lang);
    await tab.click('a[href^="/calendar/exceptions/"]:not([href$=new])');
    await tab.click('form[action$="/remove"] button');
    await tab.waitForSelector('#reason');
    await tab.fill('#reason', '改期');
    await tab.click('button[value=open]');
    await tab.waitForURL(/\/calendar\/changes\//);
    await until('it is applied', async () => /已应用|Applied/.test(await tab.locator('#change').innerText()));
    await clean(tab, lang);
  }
});

check('next year is asked for, and its file imported with a preview', async t => {
  const tab = await person(t, 'jingli');
  await tab.goto('/cases');
  await tab.waitForSelector('#asks-year .alert');
  await axe(tab);
  await tab.goto('/calendar');
  const file = path.join(data, '2027.json');
  fs.writeFileSync(file, '{"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": false}]}');
  await tab.setInputFiles('#file', file);
  await tab.click('form[action="/calendar/years"] button');
  await clean(tab, 'zh');
  assert.match(await tab.locator('#file-e').innerText(), /2027 年没有任何放假日/);
  fs.writeFileSync(file, '{"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}]}');
  await tab.setInputFiles('#file', file);
  await tab.click('form[action="/calendar/years"] button');
  await tab.waitForSelector('#reason');
  await clean(tab, 'zh');
  await tab.fill('#reason', '国务院通知');
  await tab.click('button[value=open]');
  await until('it is applied', async () => /已应用/.test(await tab.locator('#change').innerText()));
  await tab.goto('/cases');
  await until('nobody asks any more', async () => (await tab.locator('#asks-year .alert').count()) === 0);
});

check('why it is due then is one step from lists and queue', async t => {
  for (const lang of ['zh', 'en']) {
    const tab = await person(t, 'chenxiaowen', lang);
    for (const from of ['/cases', '/desk']) {
      await tab.goto(from);
      await tab.locator('.whylink').first().click();
      await tab.waitForURL(/\/cases\/[^/]+\/clocks\//);
      // Numbers of clauses are Latin letters in both languages.
      if (lang === 'en') await clean(tab, lang); else await axe(tab);
      assert.ok((await tab.locator('.whylist li').count()) >= 2);
    }
    await shot(tab, `case-why-${lang}`, {fullPage: true});
  }
});
