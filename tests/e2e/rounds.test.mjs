// The month's rounds: satisfaction calls from the draw to the signature, opinions from the list to the paper; both languages,
// on a desk and on a phone, with axe.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {axe, check, chineseIn, closing, englishIn, page, printed, shot, signIn, startProgram} from './lib.mjs';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-rounds-'));
execFileSync(path.resolve(process.env.SANSHENG_BIN), ['demo', '--data', dir, '--households', '120', '--days', '40'], {stdio: 'ignore'});
const program = await startProgram({data: dir, args: ['--lock-after', '0']});
closing('rounds', async () => { await program.stop(); fs.rmSync(dir, {recursive: true, force: true}); });

// Clause names and the hash's own name are the same in both languages.
const english = async tab => (await englishIn(tab, ['wsjls', 'zxm'])).filter(text => !/^[A-Z]{3}-\d+$/.test(text) && !/SHA-256|Wilson/.test(text));

async function at(t, where, locale, phone) {
  const tab = await page(t, {base: program.base, locale, phone});
  await signIn(tab, 'lihuimin', 'sansheng-demo');
  await tab.request.post('/locale', {form: {lang: locale.startsWith('en') ? 'en' : 'zh', next: '/'}});
  await tab.goto(where);
  return tab;
}

/** The page as it stands: accessible, in one language, and no wider than the screen. */
async function sound(tab, lang, name) {
  await axe(tab);
  assert.deepEqual(await (lang === 'zh' ? english(tab) : chineseIn(tab)), [], name);
  const [wide, screen] = await tab.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= screen, `${name} is ${wide} wide on ${screen}`);
  await shot(tab, name);
}

let drawn = false;
for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-GB']]) {
  for (const [screen, phone] of [['desk', false], ['phone', true]]) {
    const name = part => `rounds-${part}-${lang}-${screen}`;

    check(`the month's calls (${lang}, ${screen})`, async t => {
      const head = await at(t, '/calls', locale, phone);
      await sound(head, lang, name('calls'));
      if (!drawn) {
        // The sample is drawn once; before it is, the page says of how many how many.
        await head.fill('#wanted', '6');
        await head.locator('form[action="/calls/draw"] button').click();
        await head.waitForSelector('#sure-h');
        assert.match(await head.locator('main').innerText(), lang === 'zh' ? /从 \d+ 件.*抽 [1-6] 户/ : /[1-6] households are drawn from \d+ cases/);
        await sound(head, lang, name('calls-sure'));
        await head.locator('input[name=sure] ~ .acts button').click();
        await head.waitForURL(/\/calls\/[\w-]+$/);
        drawn = true;
        await head.goto('/calls');
      }
      await head.locator('a[href^="/calls/"]').first().click();
      await head.waitForURL(/\/calls\/[\w-]+$/);
      assert.ok(await head.locator('a[href^="/call-lines/"]').count() >= 1);
      await sound(head, lang, name('calls-round'));
      const round = head.url();
      await head.locator('a[href^="/call-lines/"]').first().click();
      await head.waitForURL(/\/call-lines\//);
      await sound(head, lang, name('call'));
      // What is lacking is said beside its field, and what was typed stays.
      await head.fill('#note', '记下的话');
      await head.locator('form[action$="/call"] .acts button').click();
      await head.waitForSelector('#result-e');
      assert.equal(await head.inputValue('#note'), '记下的话');
      await sound(head, lang, name('call-refused'));
      await head.goto(`${round}/print`);
      await axe(head);
      assert.deepEqual(await (lang === 'zh' ? english(head) : chineseIn(head)), []);
      await printed(head);
      await shot(head, name('calls-print'));
    });

    check(`the month's opinions (${lang}, ${screen})`, async t => {
      const head = await at(t, '/opinions', locale, phone);
      await sound(head, lang, name('opinions'));
      const rounds = await head.locator('a[href^="/opinions/"]').evaluateAll(all => all.map(a => a.getAttribute('href')));
      let line;
      for (const round of rounds) {
        await head.goto(round);
        await sound(head, lang, name('opinions-round'));
        const first = head.locator('a[href^="/opinion-lines/"]').first();
        line ??= await first.count() ? await first.getAttribute('href') : undefined;
        await head.goto(`${round}/print`);
        await axe(head);
        assert.deepEqual(await (lang === 'zh' ? english(head) : chineseIn(head)), []);
        await printed(head);
      }
      assert.ok(line, 'the demo has opinions');
      await head.goto(line);
      await sound(head, lang, name('opinion'));
      const adopted = head.locator('input[name=outcome][value=adopted], input[name=outcome][value=passed_on]').first();
      const again = head.locator('details:has(form[action$="/identify"]) summary');
      if (await again.count()) await again.click();
      await adopted.check({force: true});
      await head.fill('#reason', `处理好了 ${lang} ${screen}`);
      await head.locator('form[action$="/identify"] .acts button').click();
      await head.waitForLoadState();
      assert.ok((await head.locator('dl').first().innerText()).includes(`处理好了 ${lang} ${screen}`));
      // Another look begins with what stands.
      await head.locator('details:has(form[action$="/identify"]) summary').click();
      assert.equal(await head.inputValue('#reason'), `处理好了 ${lang} ${screen}`);
      await sound(head, lang, name('opinion-again'));
    });
  }
}
