// The duty roster in a real browser: the week with its gaps, planning, the desk's strip, check-in and own shifts on the phone,
// hand-over and its paper, in both languages.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {axe, check, chineseIn, closing, englishIn, page, shot, signIn, startProgram, until} from './lib.mjs';

const PASSWORD = 'sansheng-demo';
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-roster-'));
execFileSync(path.resolve(process.env.SANSHENG_BIN), ['demo', '--data', data, '--households', '60', '--days', '16', '--cases', '60'], {stdio: 'pipe'});
const app = await startProgram({data, args: ['--lock-after', '0']});
closing('roster', async () => { await app.stop(); fs.rmSync(data, {recursive: true, force: true}); });
const NAMES = ['REC', 'REC-21', 'Excel', 'zxm', 'Desk', 'tidy', 'JB', 'QP-08-07-F001', 'Esc', 'English'];

async function person(t, login, options = {}) {
  const tab = await page(t, {base: app.base, ...options});
  await signIn(tab, login, PASSWORD);
  await tab.request.post('/locale', {form: {lang: options.locale?.startsWith('en') ? 'en' : 'zh', next: '/'}});
  return tab;
}
async function looked(tab, name, language) {
  await axe(tab);
  await shot(tab, name, {fullPage: true});
  if (language === 'en') assert.deepEqual(await chineseIn(tab), [], `no Chinese on ${tab.url()}`);
  else assert.deepEqual(await englishIn(tab, NAMES), [], `no English on ${tab.url()}`);
}
/** Opens weeks until one has a gap to come. */
async function weekWithGap(tab) {
  await tab.goto('/roster');
  for (let i = 0; i < 2 && await tab.locator('rect.gap:not(.past)').count() < 2; i++) await tab.click('a[rel=next]');
  assert.ok(await tab.locator('.lanes rect.gap:not(.past)').count() > 0, 'a gap is drawn before it happens');
}

check('the week shows a lane for each post, and the gap hatched', async t => {
  const tab = await person(t, 'lihuimin');
  await weekWithGap(tab);
  const hatch = await tab.locator('.lanes rect.gap:not(.past)').first().evaluate(el => getComputedStyle(el).fill);
  assert.match(hatch, /gap-hatch/);
  assert.equal(await tab.locator('svg.lane').count(), 4);
  await looked(tab, 'roster-week', 'zh');
  await tab.goto('/roster');
  await looked(tab, 'roster-this-week', 'zh');
  assert.match(await tab.locator('#duty-banner').innerText(), /无人值班/);
});

check('somebody is put into the gap, and the banner is gone', async t => {
  const tab = await person(t, 'jingli');
  await tab.goto('/duty');
  const gap = tab.locator('a.tred').first();
  const words = await gap.innerText();
  await gap.click();
  await tab.waitForURL(/roster\?week=/);
  const day = /\d\d-\d\d/.exec(words)[0];
  const at = /(\d\d:\d\d)–(\d\d:\d\d)/.exec(words);
  const card = tab.locator('section.card', {hasText: words}).last();
  const post = await card.locator('a.btn.pri').getAttribute('href');
  const year = (await tab.locator('#week').inputValue()).slice(0, 4);
  await tab.goto(post.replace(/day=.*/, `day=${year}-${day}`));
  await looked(tab, 'roster-shift-new', 'zh');
  await tab.selectOption('#staff', {label: '沈佳怡'});
  await tab.locator('input[name=pattern][value=""]').check();
  await tab.fill('#hours', `${at[1]}-${at[2]}`);
  await tab.click('main form button.pri');
  await tab.waitForURL(/roster\?week=/);
  assert.ok(!(await tab.locator('main').innerText()).includes(words), 'the gap is closed');
  // Found again and cancelled: the gap is back.
  await tab.locator('table.week a.tag', {hasText: at[1]}).last().waitFor();
  const mine = tab.locator('table.week tr', {hasText: '沈佳怡'}).first().locator('a.tag').first();
  await mine.click();
  await looked(tab, 'roster-shift', 'zh');
  await tab.click('form[action$="/remove"] button');
  await tab.waitForURL(/roster\?week=/);
  assert.ok((await tab.locator('main').innerText()).includes(words), 'the gap is back');
});

check('the desk says who is on duty, what comes next and what is mine', async t => {
  const tab = await person(t, 'chenxiaowen');
  await tab.goto('/desk');
  const strip = tab.locator('#duty-strip');
  assert.match(await strip.innerText(), /值班[\s\S]*前台[\s\S]*陈晓雯[\s\S]*8001[\s\S]*下一班[\s\S]*我的班次/);
  await looked(tab, 'roster-desk', 'zh');
  // The fragment asks for itself again.
  const fresh = await tab.request.get('/duty/strip');
  assert.match(await fresh.text(), /id="duty-strip"/);
  await tab.click('#duty-strip a[href^="/duty/hand-over/"]');
  await tab.waitForURL(/duty\/hand-over\//);
  await looked(tab, 'roster-hand-over-form', 'zh');
  for (const owner of await tab.locator('select[name^=owner-]').all()) await owner.selectOption({index: 1});
  await tab.fill('#note', '5 栋有装修材料进场，已通知秩序维护部。');
  await tab.click('button.pri.l');
  await tab.waitForURL(/duty\/hand-overs\//);
  assert.match(await tab.locator('.phead').innerText(), /待接班/);
  await looked(tab, 'roster-hand-over', 'zh');
  await tab.click('a[href$="/print"]');
  await tab.waitForURL(/print$/);
  await looked(tab, 'roster-hand-over-print', 'zh');
  await tab.goto('/duty/hand-overs');
  await looked(tab, 'roster-hand-overs', 'zh');
});

check('the own shifts and a check-in on the phone', async t => {
  const manager = await person(t, 'jingli');
  await manager.goto('/roster/posts');
  await manager.fill('#name', '样板间');
  await manager.fill('#name_en', 'Show flat');
  await manager.selectOption('#department', {label: '管理处'});
  await manager.fill('#checklist', '台面整洁 | Desk tidy\n灯光正常 | Lights work');
  await manager.click('#add form button.pri');
  await manager.waitForURL(/roster\/posts\/\w+$/);
  await looked(manager, 'roster-post', 'zh');
  const post = manager.url().split('/').pop();
  // A shift that has begun: its person is missing.
  const now = new Date(Date.now() + 8 * 3600e3).toISOString();
  const hour = n => String((+now.slice(11, 13) + n + 24) % 24).padStart(2, '0') + ':00';
  await manager.goto(`/roster/shifts/new?post=${post}&day=${now.slice(0, 10)}`);
  await manager.selectOption('#staff', {label: '钱雅琴'});
  await manager.fill('#hours', `${hour(0)}-${hour(6)}`);
  await manager.click('main form button.pri');
  await manager.waitForURL(/roster\?week=/);
  const tab = await page(t, {base: app.base, phone: true});
  await signIn(tab, 'caiwu', PASSWORD);
  await tab.waitForURL(/duty\/check-in\//);
  await looked(tab, 'roster-check-in', 'zh');
  await tab.click('.mbar .btn.pri');
  await tab.waitForSelector('.alert.red:not([hidden])');
  for (const box of await tab.locator('input[name=ok]').all()) await box.check();
  await tab.click('.mbar .btn.pri');
  await tab.waitForURL(url => !/check-in/.test(url.pathname));
  await tab.goto('/shifts');
  await looked(tab, 'roster-my-shifts', 'zh');
  await manager.goto('/duty/check-ins');
  await looked(manager, 'roster-check-ins', 'zh');
  assert.match(await manager.locator('table').innerText(), /样板间\s+钱雅琴/);
  const phone = await page(t, {base: app.base, phone: true, locale: 'en-US'});
  await signIn(phone, 'xuwei', PASSWORD);
  await phone.request.post('/locale', {form: {lang: 'en', next: '/'}});
  await phone.goto('/shifts');
  await phone.locator('#ask summary').click();
  await looked(phone, 'roster-my-shifts-en', 'en');
  await phone.request.post('/locale', {form: {lang: 'zh', next: '/'}});
});

check('every page of the roster in both languages', async t => {
  for (const language of ['zh', 'en']) {
    const tab = await person(t, 'lihuimin', {locale: language === 'en' ? 'en-US' : 'zh-CN'});
    for (const [at, name] of [['/duty', 'duty'], ['/roster', 'week'], ['/roster/swaps', 'swaps'], ['/roster/absences', 'absences'], ['/roster/posts', 'posts'],
      ['/duty/keys', 'keys'], ['/duty/check-ins', 'check-ins'], ['/duty/hand-overs', 'hand-overs'], ['/roster/print', 'print'], ['/desk', 'desk']]) {
      await tab.goto(at);
      await looked(tab, `roster-${name}-${language}`, language);
    }
    await tab.goto('/duty/hand-overs');
    await tab.locator('tbody a').first().click();
    await looked(tab, `roster-hand-over-${language}`, language);
    await tab.click('a[href$="/print"]');
    await looked(tab, `roster-hand-over-print-${language}`, language);
    await tab.goto('/roster');
    await tab.locator('section.card summary').first().click();
    await tab.locator('a[href^="/roster/rotate"]').first().click();
    await looked(tab, `roster-rotate-${language}`, language);
    await tab.goto('/roster');
    await tab.locator('table.week a.tag').first().click();
    await looked(tab, `roster-shift-${language}`, language);
    await tab.request.post('/locale', {form: {lang: 'zh', next: '/'}});
  }
});

check('a swap that waits is approved by the head', async t => {
  const tab = await person(t, 'lihuimin');
  await tab.goto('/roster/swaps');
  assert.match(await tab.locator('main').innerText(), /张妍[\s\S]*徐薇[\s\S]*待对方同意/);
  const other = await person(t, 'xuwei', {phone: true});
  await other.goto('/shifts');
  await other.click('button[value=agree]');
  await until('the swap was agreed', async () => /待批准/.test(await other.locator('main').innerText()));
  await tab.reload();
  await tab.click('button[value=approve]');
  await until('the swap was approved', async () => /已批准/.test(await tab.locator('main').innerText()));
});
