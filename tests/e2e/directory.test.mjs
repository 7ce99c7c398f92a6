// The archive and the search box in a browser: found with the keyboard, seen in one look, masked, shown by a logged act, moved
// in and out, corrected, a double merged and taken apart; in both languages and without JavaScript.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {PHONE, axe, check, chineseIn, closing, englishIn, page, shot, signIn, startProgram, until} from './lib.mjs';

const bin = process.env.SANSHENG_BIN;
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-archive-'));
execFileSync(path.resolve(bin), ['demo', '--data', data, '--households', '60', '--days', '14'], {stdio: 'ignore'});
const program = await startProgram({data});
const {base} = program;
closing('archive', async () => { await program.stop(); fs.rmSync(data, {recursive: true, force: true}); });

const PASSWORD = 'sansheng-demo';
const speak = (tab, lang) => tab.request.post('/locale', {form: {lang, next: '/'}, headers: {origin: base}});
const first = async tab => {
  await tab.goto('/households');
  return tab.getAttribute('#units tbody tr a', 'href');
};

check('every page in both languages, wide and narrow, readable by everybody', async t => {
  const tab = await page(t, {base});
  await signIn(tab, 'lihuimin', PASSWORD);
  for (const lang of ['zh', 'en']) {
    await speak(tab, lang);
    const house = await first(tab);
    await tab.goto(house);
    const person = await tab.getAttribute('.people a[href^="/people/"]', 'href');
    const pages = {
      list: '/households', house, person, search: '/find/page?q=wang', changes: null,
      'edit-unit': `${house}/do/edit`, 'move-in': `${house}/do/move-in`, tenant: `${house}/do/tenant`, vehicle: `${house}/do/vehicle`,
      parking: `${house}/do/parking`, correct: `${person}/do/edit`, phone: `${person}/do/phone`, 'move-out': `${person}/do/move-out`,
      merge: `${person}/merge`, 'new-unit': '/households/new',
    };
    for (const [name, at] of Object.entries(pages)) {
      if (!at) continue;
      await tab.goto(at);
      if (name === 'house') await tab.waitForSelector('.notes li b');
      const wrong = lang === 'en' ? await chineseIn(tab) : await englishIn(tab, ['zxm']);
      assert.deepEqual(wrong, [], `${name} in ${lang}`);
      assert.doesNotMatch(await tab.textContent('body'), /\[[a-z]+-[\w-]+\]/, `${name}: a text without words`);
      await axe(tab, {rules: {'label-content-name-mismatch': {enabled: false}}});
      await shot(tab, `archive-${name}-${lang}`);
    }
    await tab.setViewportSize(PHONE);
    for (const [name, at] of [['list', '/households'], ['house', house]]) {
      await tab.goto(at);
      const wide = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${name} is ${wide} px too wide on a phone`);
      await shot(tab, `archive-${name}-phone-${lang}`);
    }
    await tab.setViewportSize({width: 1440, height: 900});
  }
});

check('found from one box with the keyboard', async t => {
  const tab = await page(t, {base});
  await signIn(tab, 'chenxiaowen', PASSWORD);
  const house = await first(tab);
  await tab.goto(house);
  const code = (await tab.textContent('h1')).trim();
  const [b, e, r] = code.split('-');
  const name = (await tab.textContent('.people .n a')).trim();
  const tail = (await tab.textContent('.people .phone .num')).trim().slice(-4);
  for (const typed of [code, `${b}栋${e}单元${r}`, `${b}#${e}-${r}`, name, tail]) {
    await tab.goto('/households');
    await tab.keyboard.press('/');
    await tab.keyboard.insertText(typed);
    await tab.waitForSelector('#hits [role=option]');
    const list = await tab.textContent('#hits');
    assert.ok(list.includes(code), `${typed} finds ${code}: ${list}`);
    assert.doesNotMatch(list, /1[3-9]\d{9}/, 'numbers stay masked');
    await shot(tab, 'archive-box');
    if (typed !== tail) {
      await tab.keyboard.press('Enter');
      await tab.waitForURL(url => url.pathname === house);
    }
  }
});

check('a number is masked until it is shown, and showing it is on the record', async t => {
  const tab = await page(t, {base});
  await signIn(tab, 'chenxiaowen', PASSWORD);
  const house = await first(tab);
  await tab.goto(house);
  assert.doesNotMatch(await tab.content(), /(?<![\da-f])1[3-9]\d{9}(?![\da-f])|1[3-9]\d \d{4} \d{4}/, 'no whole number anywhere in the page');
  await tab.click('.people .phone .lnk');
  await until('the whole number', async () => /^1[3-9]\d \d{4} \d{4}$/.test((await tab.textContent('.people .phone .num')).trim()));
  await tab.goto(`${house}/changes`);
  assert.match(await tab.textContent('body'), /查看完整号码/);
});

check('people move in and out, a double is merged and taken apart, a wrong number is not used', async t => {
  const tab = await page(t, {base});
  await signIn(tab, 'lihuimin', PASSWORD);
  const house = await first(tab);
  await tab.goto(house);
  const before = await tab.locator('.people > li').count();
  const act = async (name, fill) => {
    await tab.click(`a[href="${house}/do/${name}"]`);
    await tab.waitForSelector('dialog[open] form');
    await fill();
    await tab.click('dialog .btn.pri');
  };
  await act('move-in', async () => {});
  await tab.waitForSelector('dialog [name=name][aria-invalid=true]');
  assert.ok(await tab.evaluate(() => document.activeElement?.name === 'name'), 'the first refused field has the focus');
  await tab.fill('dialog [name=name]', '测试住户甲');
  await tab.fill('dialog [name=number]', '13711112222');
  await tab.selectOption('dialog [name=relation]', 'tenant');
  await tab.click('dialog .btn.pri');
  await until('one more lives here', async () => (await tab.locator('.people > li').count()) === before + 1);
  const row = tab.locator('.people > li', {hasText: '测试住户甲'});
  assert.match(await row.textContent(), /137 \*\*\*\* 2222/);
  const person = await row.locator('.n a').getAttribute('href');

  await tab.goto(person);
  await tab.click('.phone summary');
  await tab.click('.phone button[value=wrong]');
  await tab.waitForSelector('.tag.red');
  await tab.keyboard.press('/');
  await tab.keyboard.insertText('2222');
  await until('the box has answered', async () => !(await tab.locator('#hits').isHidden()));
  assert.doesNotMatch(await tab.textContent('#hits'), /测试住户甲/, 'a wrong number finds nobody');

  // A double with the same name in another unit.
  await tab.goto('/households');
  const other = await tab.locator('#units tbody tr td:first-child a').nth(3).getAttribute('href');
  await tab.goto(`${other}/do/move-in`);
  await tab.fill('#act-body [name=name]', '测试住户甲');
  await tab.fill('#act-body [name=number]', '13733334444');
  await tab.click('#act-body .btn.pri');
  await tab.waitForURL(url => url.pathname === other);
  await tab.goto(`${person}/merge`);
  await tab.check('[name=double]');
  await shot(tab, 'archive-merge');
  await tab.click('#act-body .btn.pri');
  // Both are shown, and it is asked.
  await until('side by side', async () => await tab.locator('#act-body dl').count() === 2);
  assert.match(await tab.locator('#act-body dl').nth(1).innerText(), /4444/);
  await shot(tab, 'archive-merge-sure');
  await tab.click('#act-body .btn.pri');
  await tab.waitForURL(url => url.pathname === person);
  assert.match(await tab.textContent('main'), /137 \*\*\*\* 4444/);
  await tab.click('form[action$="/undo"] button');
  await until('apart again', async () => !/4444/.test(await tab.textContent('main')));

  await tab.goto(`${person}/do/edit`);
  await tab.fill('[name=name]', '测试住户乙');
  await tab.fill('[name=reason]', '登记时写错');
  await tab.click('#act-body .btn.pri');
  await tab.waitForURL(url => url.pathname === person);
  assert.equal((await tab.textContent('h1')).trim(), '测试住户乙');
  await tab.goto(`${house}/changes`);
  assert.match(await tab.textContent('body'), /测试住户甲[\s\S]*测试住户乙/, 'the old value is told');

  await tab.goto(`${person}/do/move-out`);
  await tab.click('#act-body .btn.pri');
  await tab.waitForURL(url => url.pathname === person);
  await tab.goto(house);
  await until('gone from the list', async () => (await tab.locator('.people > li').count()) === before);
});

check('the same without JavaScript, and not for everybody', async t => {
  const tab = await page(t, {base, javaScriptEnabled: false});
  await signIn(tab, 'chenxiaowen', PASSWORD);
  const house = await first(tab);
  await tab.goto(house);
  await tab.click('.people .phone .lnk');
  assert.match(await tab.textContent('main'), /1[3-9]\d \d{4} \d{4}/);
  await tab.goto('/find?q=wang');
  assert.match(await tab.textContent('h1'), /搜索/);
  assert.equal((await tab.request.get('/people/x/merge')).status(), 403, 'the front desk merges nobody');
  const worker = await page(t, {base});
  await signIn(worker, 'wangjianguo', PASSWORD);
  for (const at of ['/households', house, `${house}/card`]) assert.equal((await worker.request.get(at)).status(), 403, at);
});
