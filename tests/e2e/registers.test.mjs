// The registers, a correction struck through, the month's opinions and calls: in both languages, with axe.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {axe, check, chineseIn, closing, englishIn, page, printed, shot, signIn, startProgram} from './lib.mjs';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-registers-'));
execFileSync(path.resolve(process.env.SANSHENG_BIN), ['demo', '--data', dir, '--households', '120', '--days', '3'], {stdio: 'ignore'});
const program = await startProgram({data: dir, args: ['--lock-after', '0']});
closing('registers', async () => { await program.stop(); fs.rmSync(dir, {recursive: true, force: true}); });

async function at(t, login, where, locale) {
  const tab = await page(t, {base: program.base, locale});
  await signIn(tab, login, 'sansheng-demo');
  await tab.request.post('/locale', {form: {lang: locale.startsWith('en') ? 'en' : 'zh', next: '/'}});
  await tab.goto(where);
  return tab;
}
// Clause names and the hash's own name are the same in both languages.
const english = async tab => (await englishIn(tab, ['wsjls', 'zxm'])).filter(text => !/^[A-Z]{3}-\d+$/.test(text) && !/SHA-256|Wilson/.test(text));
const foreign = (tab, lang) => lang === 'zh' ? english(tab) : chineseIn(tab);

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-GB']]) {
  check(`one page leads to each register; a correction strikes the old text through (${lang})`, async t => {
    const head = await at(t, 'lihuimin', '/registers', locale);
    await axe(head);
    assert.deepEqual(await foreign(head, lang), []);
    await shot(head, `registers-${lang}`);
    for (const register of ['contacts', 'communication', 'orders', 'complaints', 'visitors', 'callbacks']) {
      await head.goto(`/registers/${register}`);
      await axe(head);
      assert.deepEqual(await foreign(head, lang), [], register);
      // On a usual screen every column is there, the pencil of the correction too.
      await head.setViewportSize({width: 1366, height: 768});
      assert.ok(await head.evaluate(() => { const t = document.querySelector('.tw'); return t.scrollWidth <= t.clientWidth; }), `${register} fits`);
      await head.setViewportSize({width: 1440, height: 900});
      await head.goto(`/registers/${register}/print`);
      await axe(head);
      await printed(head);
    }
    // What was talked about before, during and after service; a figure leads to its list.
    await head.goto('/registers/analysis');
    await axe(head);
    assert.deepEqual(await foreign(head, lang), [], 'analysis');
    await shot(head, `communication-analysis-${lang}`, {fullPage: true});
    const figure = head.locator('#before td a').first();
    const n = +(await figure.innerText());
    await figure.click();
    await head.waitForURL(/\/contacts/);
    assert.equal(await head.locator('tr[data-row]').count(), Math.min(n, 30));
    await head.goto('/registers/contacts');
    await head.locator('a[href*="/correct?"]').first().click();
    await axe(head);
    const number = new URL(head.url()).searchParams.get('number');
    // The old text stands in the form: a long one is not typed again for one word. What was typed is not overwritten.
    const stands = field => head.inputValue(`[name="was-${field}"]`);
    assert.equal(await head.inputValue('#text'), await stands(await head.inputValue('#field')));
    await head.selectOption('#field', 'col-content');
    assert.equal(await head.inputValue('#text'), await stands('col-content'));
    await head.fill('#text', '改过的字');
    await head.selectOption('#field', 'col-name');
    assert.equal(await head.inputValue('#text'), '改过的字');
    await head.selectOption('#field', 'col-content');
    const text = `更正后的内容 ${lang} ${Date.now()}`;
    await head.fill('#text', text);
    await head.fill('#reason', '听错了');
    await head.click('main button.pri');
    await head.waitForSelector('del');
    // The entry says the new words, the old ones are struck through before them.
    const row = head.locator('tr[data-row]', {hasText: number});
    assert.equal(await row.count(), 1);
    const cell = row.locator('td', {hasText: text});
    assert.ok((await cell.locator('del').last().innerText()).trim().length > 1);
    assert.ok(!(await cell.locator('del').allInnerTexts()).join().includes(text), 'the new words are not struck through');
    assert.ok((await cell.innerText()).includes('听错了'));
    await axe(head);
    await shot(head, `register-corrected-${lang}`);
  });

  check(`the other language keeps the range and the words (${lang})`, async t => {
    const head = await at(t, 'lihuimin', '/registers/orders?q=%E7%81%AF&from=2026-01-01', locale);
    await head.locator('form[action="/locale"] button').evaluate(button => button.click());
    await head.waitForURL(url => url.pathname === '/registers/orders' && url.search.includes('from=2026-01-01'));
    assert.equal(await head.inputValue('#f-q'), '灯');
    assert.equal(await head.getAttribute('html', 'lang'), lang === 'zh' ? 'en' : 'zh-CN');
  });

  check(`the month's opinions and calls (${lang})`, async t => {
    const head = await at(t, 'lihuimin', '/opinions', locale);
    await axe(head);
    assert.deepEqual(await foreign(head, lang), []);
    await head.locator('a[href^="/opinions/"]').first().click();
    await axe(head);
    assert.deepEqual(await foreign(head, lang), []);
    await shot(head, `opinions-${lang}`);
    const line = head.locator('a[href^="/opinion-lines/"]').first();
    if (await line.count()) {
      await line.click();
      await axe(head);
      assert.deepEqual(await foreign(head, lang), []);
      await shot(head, `opinion-${lang}`);
    }
    await head.goto('/calls');
    await axe(head);
    assert.deepEqual(await foreign(head, lang), []);
    await shot(head, `calls-${lang}`);
  });
}
