// The service standard by page: read, drafted line by line, checked, approved by another, compared with the open cases, applied,
// and past cases run under it; in Chinese and English, with axe on every state.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {DESK, PHONE, axe, check, chineseIn, closing, englishIn, page, shot, signIn, startProgram, until} from './lib.mjs';

const data = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-standard-'));
const bin = path.resolve(process.env.SANSHENG_BIN);
execFileSync(bin, ['demo', '--data', data, '--households', '400', '--days', '20'], {stdio: 'ignore'});
const program = await startProgram({data});
closing('standard', async () => { await program.stop(); fs.rmSync(data, {recursive: true, force: true}); });

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
  const odd = lang === 'en' ? await chineseIn(tab) : (await englishIn(tab, ['zxm']));
  assert.deepEqual(odd, [], `${lang} on ${tab.url()}`);
  await axe(tab);
}

let draft;

check('everybody reads the standard in force, in both languages, and on a phone', async t => {
  for (const lang of ['zh', 'en']) {
    const tab = await person(t, 'chenxiaowen', lang);
    await tab.goto('/standard');
    await clean(tab, lang);
    await shot(tab, `standard-force-${lang}`, {fullPage: true});
    assert.equal(await tab.locator('form[action="/standard/versions"]').count(), 0, 'the desk does not draft');
    assert.match(await tab.locator('#r0-0').innerText(), lang === 'en' ? /First response/ : /首次响应/);
    assert.match(await tab.locator('#r0-0 a[title]').getAttribute('title'), lang === 'en' ? /within 4 hours/ : /4 小时/);
    const [file] = await Promise.all([tab.waitForEvent('download'), tab.click('a[href$="/file"]')]);
    assert.match(file.suggestedFilename(), /service-standard.*\.json$/);
    JSON.parse(fs.readFileSync(await file.path(), 'utf8'));
  }
  const phone = await person(t, 'wangjianguo', 'zh', {phone: true});
  await phone.goto('/standard');
  await axe(phone);
  const wide = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `the page is ${wide} px too wide on a phone`);
});

check('a draft is changed line by line, undone, checked, and sent for approval', async t => {
  const tab = await person(t, 'lihuimin');
  await tab.goto('/standard');
  await tab.click('form[action="/standard/versions"] button');
  await tab.waitForURL(/\/standard\/versions\/[0-9a-f]{32}/);
  draft = tab.url().split('/').pop();
  await clean(tab, 'zh');
  await tab.click('#r0-0 a[href$="/line/0-0"]');
  await clean(tab, 'zh');
  await shot(tab, 'standard-line-zh', {fullPage: true});
  await tab.fill('#n', 'x');
  await tab.click('form[action$="/line/0-0"] button.pri');
  assert.match(await tab.locator('#n-e').innerText(), /整数/);
  await tab.fill('#n', '6');
  await tab.click('form[action$="/line/0-0"] button.pri');
  await tab.waitForURL(new RegExp(`${draft}$`));
  assert.match(await tab.locator('#r0-0').innerText(), /6 小时内/);
  // A line of its own for requests about water, by the page's choices alone.
  await tab.click('a[href$="/line/new"]');
  await tab.check('input[name=kinds][value=request]');
  const water = tab.locator('details:has(input[value="repair.water"])');
  await water.locator('summary').click();
  await tab.check('input[name=items][value="repair.water"]');
  await tab.selectOption('#code', 'finish');
  await tab.fill('#n', '2');
  await tab.selectOption('select[name=unit]', 'working_day');
  await tab.fill('#clause', 'STD-15');
  await tab.click('form[action$="/line/new"] button.pri');
  assert.match(await tab.locator('#calendar-e').innerText(), /日历/);
  await tab.selectOption('#calendar', 'office');
  await tab.click('form[action$="/line/new"] button.pri');
  await tab.waitForURL(new RegExp(`${draft}$`));
  assert.match(await tab.locator('main').innerText(), /给水（全部）/);
  await shot(tab, 'standard-draft-zh', {fullPage: true});
  // Taken back, then a limit that is no clock.
  await tab.click('form[action$="/undo"] button');
  assert.doesNotMatch(await tab.locator('main').innerText(), /给水（全部）/);
  await tab.click('a[href$="/limit/hold"]');
  await clean(tab, 'zh');
  await tab.fill('#n', '15');
  await tab.click('form[action$="/limit/hold"] button.pri');
  await tab.waitForURL(/#limits$/);
  await tab.click('a[href$="/head"]');
  await clean(tab, 'zh');
  assert.equal(await tab.inputValue('#name'), '2026-2');
  await tab.click('form[action$="/head"] button.pri');
  await tab.click('nav.tabs a[href$="tab=check"]');
  await clean(tab, 'zh');
  await shot(tab, 'standard-check-zh', {fullPage: true});
  assert.match(await tab.locator('main').innerText(), /偏离条款/);
  await tab.click('form[action$="/check"] button');
  assert.match(await tab.locator('#reason-e').innerText(), /理由/);
  await tab.fill('#reason', '夜间人手不足');
  await tab.fill('#note', '放宽首次响应');
  await tab.click('form[action$="/check"] button');
  await until('it waits', async () => /待批准/.test(await tab.locator('.phead').innerText()));
  const english = await person(t, 'lihuimin', 'en');
  for (const part of ['', '?tab=check', '?tab=diff', '?tab=open']) {
    await english.goto(`/standard/versions/${draft}${part}`);
    await clean(english, 'en');
  }
  await english.goto(`/standard/versions/${draft}?tab=diff`);
  assert.match(await english.locator('main').innerText(), /within 4 h[\s\S]*within 6 h/i);
  await shot(english, 'standard-diff-en', {fullPage: true});
  await english.goto('/standard/versions');
  await clean(english, 'en');
});

check('somebody else approves it, the open cases are compared and moved', async t => {
  // Two questions that nobody has answered yet.
  const clerk = await person(t, 'chenxiaowen');
  for (const content of ['物业费怎么交', '门禁卡怎么补']) {
    await clerk.goto('/desk');
    await clerk.fill('#name', '吴女士');
    await clerk.fill('#phone', '13800138000');
    await clerk.fill('#address', '1-1-0101');
    await clerk.check('#kind-inquiry', {force: true});
    await until('inquiry', () => clerk.isChecked('#kind-inquiry'));
    await clerk.fill('#content', content);
    await clerk.waitForTimeout(600);
    await clerk.locator('button[name=act][value=record]').click();
    await clerk.locator('.made').waitFor();
  }
  const tab = await person(t, 'jingli');
  await tab.goto(`/standard/versions/${draft}?tab=check`);
  await clean(tab, 'zh');
  await tab.click('form[action$="/approve"] button');
  await until('it is in force', async () => /现行/.test(await tab.locator('.phead').innerText()));
  await tab.goto(`/standard/versions/${draft}?tab=open`);
  await tab.click('form[action$="/compare"] button');
  await until('it is compared', async () => (await tab.locator('#job .st.grn').count()) > 0, 20000);
  await clean(tab, 'zh');
  await shot(tab, 'standard-compare-zh', {fullPage: true});
  const said = await tab.locator('#job .lg').innerText();
  const [, , n] = said.match(/(\d+) 件未结事件中，有 (\d+) 件会变/) ?? [];
  assert.ok(Number(n) > 0, said);
  // Only the chosen one, then all of them.
  const first = await tab.locator('#rows tbody tr').first().locator('a.mono').innerText();
  await tab.locator('#rows tbody input[name=ids]').first().check();
  await tab.fill('#reason', '与业委会约定');
  await tab.click('button[value=chosen]');
  await until('it is applied', async () => (await tab.locator('#job .st.grn').count()) > 0, 20000);
  assert.match(await tab.locator('#job .lg').innerText(), /1 件中，1 件已改按新标准/);
  await tab.goto(`/cases/${first}`);
  assert.match(await tab.locator('main').innerText(), /重新适用服务标准：2026-1 → 2026-2/);
  const english = await person(t, 'jingli', 'en');
  await english.goto(`/standard/versions/${draft}?tab=open`);
  await english.locator('a[href^="/standard/jobs/"]').first().click();
  await clean(english, 'en');
  await shot(english, 'standard-applied-en', {fullPage: true});
});

check('past cases are run under a version: figures, plots, the list behind each, Excel', async t => {
  const tab = await person(t, 'zhiguan');
  await tab.goto('/standard/simulate');
  await clean(tab, 'zh');
  const day = at => new Date(at).toISOString().slice(0, 10);
  await tab.fill('#from', day(Date.now() - 40 * 86400000));
  await tab.fill('#until', day(Date.now()));
  await tab.selectOption('#of', 'shipped');
  await tab.click('form[action="/standard/simulate"] button.pri');
  await until('it is run', async () => (await tab.locator('#job .st.grn').count()) > 0, 30000);
  await clean(tab, 'zh');
  await shot(tab, 'standard-simulated-zh', {fullPage: true});
  assert.ok((await tab.locator('svg.ch rect title').count()) > 24, 'each bar says its figure');
  // The figure and the list behind it agree.
  const row = tab.locator('#job section.card:has(h2:text-is("按部门")) tbody tr').first();
  const figure = Number(await row.locator('td a').first().innerText());
  await row.locator('td a').first().click();
  await tab.waitForURL(/late=before/);
  let rows = await tab.locator('#rows tbody tr').count();
  for (let next = tab.locator('#rows .pager a:text-is("下一页")'); await next.count(); rows += await tab.locator('#rows tbody tr').count()) await next.click();
  assert.equal(rows, figure);
  const [file] = await Promise.all([tab.waitForEvent('download'), tab.click('a[href*="/export"]')]);
  assert.match(file.suggestedFilename(), /\.xlsx$/);
  const english = await person(t, 'zhiguan', 'en');
  await english.goto(tab.url().split(/[?#]/)[0]);
  await clean(english, 'en');
  await shot(english, 'standard-simulated-en', {fullPage: true});
  await english.goto('/standard/simulate');
  await clean(english, 'en');
});
