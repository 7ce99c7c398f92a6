// A standard answer: the head writes it, the desk is shown it while typing and takes it with one key, the inquiry is closed; the
// pages of what the desk knows, in both languages, with axe.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {axe, check, chineseIn, closing, englishIn, page, shot, signIn, startProgram} from './lib.mjs';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-answers-'));
execFileSync(path.resolve(process.env.SANSHENG_BIN), ['demo', '--data', dir, '--households', '120', '--days', '3'], {stdio: 'ignore'});
const program = await startProgram({data: dir, args: ['--lock-after', '0']});
closing('answers', async () => { await program.stop(); fs.rmSync(dir, {recursive: true, force: true}); });

async function at(t, login, where, locale) {
  const tab = await page(t, {base: program.base, locale});
  await signIn(tab, login, 'sansheng-demo');
  await tab.request.post('/locale', {form: {lang: locale.startsWith('en') ? 'en' : 'zh', next: '/'}});
  await tab.goto(where);
  return tab;
}
const english = async tab => (await englishIn(tab, ['wsjls', 'zxm'])).filter(text => !/^[A-Z]{3}-\d+$/.test(text));
const foreign = (tab, lang) => lang === 'zh' ? english(tab) : chineseIn(tab);

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-GB']]) {
  check(`an inquiry is typed, its standard answer taken by one key and told (${lang})`, async t => {
    const head = await at(t, 'lihuimin', '/answers/new', locale);
    await head.fill('#question', `访客临停怎么收费 ${lang}`);
    await head.fill('#short', '前半小时免费，之后每小时 5 元。');
    await axe(head);
    assert.deepEqual(await foreign(head, lang), []);
    await head.click('main button.pri');
    await head.waitForURL(/\/answers\/[0-9a-f-]{32,36}$/);
    await shot(head, `answer-${lang}`);
    const desk = await at(t, 'chenxiaowen', '/desk', locale);
    if (await desk.locator('button[value=discard]').count()) await desk.click('button[value=discard]');
    await desk.locator('label:has(#kind-inquiry)').first().click();
    await desk.fill('#content', '亲戚来访，临停一天多少钱');
    await desk.waitForSelector('.known .ans');
    await shot(desk, `answer-proposed-${lang}`);
    await axe(desk);
    await desk.keyboard.press('Alt+z');
    await desk.waitForSelector('#answer-dlg[open]');
    await desk.waitForFunction(() => document.querySelector('#answer').value.includes('前半小时免费'));
    await desk.keyboard.press('Escape');
    await desk.fill('input[name=name]', '周敏');
    await desk.fill('input[name=phone]', '13857126688');
    await desk.fill('input[name=address]', '99-1-1201');
    await desk.keyboard.press('F9');
    await desk.waitForSelector('#answer-dlg[open]');
    await desk.focus('#answer');
    await desk.keyboard.press('Control+Enter');
    await desk.waitForSelector('.made');
    await shot(desk, `answer-told-${lang}`);
    await head.reload();
    assert.match(await head.locator('main').innerText(), /前半小时免费/);
  });

  check(`what the desk knows reads in one language (${lang})`, async t => {
    const head = await at(t, 'lihuimin', '/answers', locale);
    for (const where of ['/answers', '/referrals', '/lessons', '/proposals', '/handbook/processes', '/handbook/processes/case-request', '/handbook/processes/case-inquiry']) {
      await head.goto(where);
      await shot(head, `known${where.replaceAll('/', '-')}-${lang}`);
      await axe(head);
      assert.deepEqual(await foreign(head, lang), [], where);
    }
    const phone = await page(t, {base: program.base, locale, viewport: {width: 390, height: 844}});
    await signIn(phone, 'lihuimin', 'sansheng-demo');
    for (const where of ['/answers', '/handbook/processes/case-request']) {
      await phone.goto(where);
      await shot(phone, `phone${where.replaceAll('/', '-')}-${lang}`);
    }
  });
}
