// A report is looked into (COM-24): asked for from the case, answered by the person on a phone, decided by quality, objected to,
// taken back by the leader; and where complaints go is changed in the settings. In both languages, with axe.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {axe, check, chineseIn, closing, englishIn, page, shot, signIn, startProgram} from './lib.mjs';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-investigation-'));
execFileSync(path.resolve(process.env.SANSHENG_BIN), ['demo', '--data', dir, '--households', '120', '--days', '3'], {stdio: 'ignore'});
const program = await startProgram({data: dir, args: ['--lock-after', '0']});
closing('investigation', async () => { await program.stop(); fs.rmSync(dir, {recursive: true, force: true}); });

async function at(t, login, where, locale, viewport) {
  const tab = await page(t, {base: program.base, locale, ...(viewport ? {viewport} : {})});
  await signIn(tab, login, 'sansheng-demo');
  await tab.request.post('/locale', {form: {lang: locale.startsWith('en') ? 'en' : 'zh', next: '/'}});
  await tab.goto(where);
  return tab;
}
const english = async tab => (await englishIn(tab, ['wsjls', 'zxm'])).filter(text => /[A-Za-z]{2,}/.test(text.replace(/[A-Z]{3}-\d+/g, '')));
const foreign = (tab, lang) => lang === 'zh' ? english(tab) : chineseIn(tab);

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-GB']]) {
  check(`a report is looked into and nobody is judged unheard (${lang})`, async t => {
    const clean = async tab => { await axe(tab); assert.deepEqual(await foreign(tab, lang), []); };
    const head = await at(t, 'lihuimin', '/cases?view=all', locale);
    await head.locator('a[href^="/cases/BX"]').first().click();
    await head.locator('details.menu > summary').last().click();
    await head.locator('a[href^="/investigations/new"]').click();
    await head.waitForSelector('#report');
    await head.selectOption('#about', {label: lang === 'zh' ? '王建国' : 'Wang Jianguo'});
    await head.locator('label:has([name=fault][value=late])').click();
    await head.fill('#report', '当天修好');
    await clean(head);
    // Without what is wrong with it nothing is sent to anybody, and what was typed stays.
    await head.click('main button.pri');
    await head.waitForSelector('main .alert.red[role=alert]:visible');
    assert.equal(await head.inputValue('#report'), '当天修好');
    await clean(head);
    await head.fill('#why', '第二天才补记');
    await head.keyboard.press('Control+Enter');
    await head.waitForURL(/\/investigations\/[0-9a-f-]{32,36}$/);
    await clean(head);
    const where = new URL(head.url()).pathname;
    const worker = await at(t, 'wangjianguo', where, locale, {width: 390, height: 844});
    await worker.fill('#text', '手机没电，回来才记');
    await clean(worker);
    await shot(worker, `investigation-phone-${lang}`);
    assert.ok(await worker.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), 'no wider than the phone');
    await worker.click('form[action$="/answer"] button');
    await worker.waitForLoadState();
    const quality = await at(t, 'zhiguan', where, locale);
    await quality.locator('label:has([value=irresponsible])').click();
    await quality.fill('#reason', '三次未按时');
    await clean(quality);
    await quality.click('form[action$="/decide"] button');
    await quality.waitForSelector('.tag.red');
    await shot(quality, `investigation-${lang}`);
    await worker.goto(where);
    await worker.fill('form[action$="/object"] #text', '只有一次');
    await worker.click('form[action$="/object"] button');
    await worker.waitForLoadState();
    const leader = await at(t, 'fenguan', where, locale);
    await leader.locator('label:has([name=uphold][value="0"])').click();
    await leader.fill('#reason', '属实只有一次');
    await clean(leader);
    await leader.click('form[action$="/review"] button');
    await leader.waitForSelector('.st.grn');
    assert.equal(await leader.locator('.tag.red').count(), 0);
    for (const list of ['/investigations', '/investigations?view=all', '/investigations?view=recorded', `${where}/print`]) {
      await leader.goto(list);
      await clean(leader);
    }
  });

  check(`where complaints of a category go (${lang})`, async t => {
    const manager = await at(t, 'jingli', '/settings/complaint-routes', locale);
    await axe(manager);
    assert.deepEqual(await foreign(manager, lang), []);
    await manager.selectOption('[name=to_noise]', lang === 'zh' ? 'customer_service' : 'security');
    await manager.click('main button.pri');
    await manager.waitForSelector('#why-e');
    await axe(manager);
    await manager.fill('#why', '邻里噪音由客服先调解');
    await manager.click('main button.pri');
    await manager.locator('tr', {has: manager.locator('[name=to_noise]')}).getByText('邻里噪音由客服先调解').waitFor();
    assert.equal(await manager.inputValue('[name=to_noise]'), lang === 'zh' ? 'customer_service' : 'security');
    await shot(manager, `complaint-routes-${lang}`);
  });
}
