// An emergency and a drill seen live by two people at two screens and by one on a phone; a mass incident at two desks: in
// both languages, with axe.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {PHONE, axe, check, chineseIn, closing, englishIn, page, shot, signIn, startProgram} from './lib.mjs';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-emergency-'));
execFileSync(path.resolve(process.env.SANSHENG_BIN), ['demo', '--data', dir, '--households', '120', '--days', '3'], {stdio: 'ignore'});
const program = await startProgram({data: dir, args: ['--lock-after', '0']});
closing('emergency', async () => { await program.stop(); fs.rmSync(dir, {recursive: true, force: true}); });

const forward = seconds => fetch(`${program.base}/_test/clock`, {method: 'POST', body: String(seconds * 1000)});
const foreign = async (tab, lang) => lang === 'en'
  ? chineseIn(tab)
  : (await englishIn(tab, ['wsjls', 'zxm'])).filter(text => !/^[A-Z]{3}-\d+$/.test(text));

async function at(t, login, where, more = {}) {
  const tab = await page(t, {base: program.base, ...more});
  await signIn(tab, login, 'sansheng-demo');
  await tab.request.post('/locale', {form: {lang: more.locale?.startsWith('en') ? 'en' : 'zh', next: '/'}});
  await tab.goto(where);
  return tab;
}

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-GB']]) {
  check(`an emergency is opened with one key and seen live on another desk and on a phone (${lang})`, async t => {
    const desk = await at(t, 'chenxiaowen', '/desk', {locale});
    const other = await at(t, 'xuwei', '/cases', {locale});
    const head = await at(t, 'zhaolixin', '/tasks', {locale, viewport: PHONE, phone: true});
    await desk.keyboard.press('Control+F10');
    await desk.waitForSelector('input[name=play]');
    await shot(desk, `emergency-new-${lang}`);
    await axe(desk);
    assert.deepEqual(await foreign(desk, lang), []);
    await desk.locator('label:has(input[value=medical])').click();
    await desk.fill('#place', '3-1-1201');
    await desk.fill('#phone', '13857126688');
    await desk.fill('#what', lang === 'zh' ? '老人胸痛' : 'chest pain');
    await desk.keyboard.press('Control+Enter');
    await desk.waitForSelector('#em-live');
    // The other desk and the phone show it by themselves.
    await other.waitForSelector('#alarms .alarm.red');
    await head.waitForSelector('#alarms .alarm.red');
    assert.match(await other.locator('#alarms').innerText(), /3-1-1201/);
    assert.match(await desk.locator('#em-say').innerText(), /3-1-1201.*138 5712 6688/s);
    await axe(other);
    // Who is called says on the phone that they come, and the desk sees it without a click.
    await head.goto(await head.locator('#alarms .alarm.red a').first().getAttribute('href'));
    await head.waitForSelector('#em-live');
    await head.locator('button[value=confirm]').first().click();
    await desk.waitForSelector('#em-live .tag.grn');
    await shot(head, `emergency-phone-${lang}`);
    await axe(head);
    // A line that one is writing is not disturbed by what the other ticks.
    await desk.fill('#em-text', '120');
    await other.locator('#alarms .alarm.red a').first().click();
    await other.locator('#em-live form:has(input[value=call_120]) button').click();
    await desk.locator('#em-live li.step1 .tag.grn').first().waitFor();
    assert.equal(await desk.inputValue('#em-text'), '120');
    await desk.press('#em-text', 'Enter');
    await other.locator('#em-log', {hasText: '120'}).waitFor();
    // Nobody else confirms: the next in line.
    await forward(61);
    await desk.waitForFunction(() => document.querySelectorAll('#em-log .pt.red').length > 0);
    await shot(desk, `emergency-${lang}`, {fullPage: true});
    await axe(desk);
    assert.deepEqual(await foreign(desk, lang), []);
    for (const step of ['gate', 'home', 'handed']) {
      await desk.locator(`#em-live form:has(input[value=${step}]) button`).click();
      await desk.waitForFunction(s => !document.querySelector(`#em-live input[value=${s}]`), step);
    }
    await desk.fill('#em-how', lang === 'zh' ? '已送医' : 'in hospital');
    await desk.locator('form:has(input[value=end]) button').click();
    await desk.waitForSelector('#em-report');
    await shot(desk, `emergency-after-${lang}`, {fullPage: true});
    await axe(desk);
    await other.locator('#alarms .alarm.red').waitFor({state: 'detached'});
  });

  check(`a drill says on every screen that it is one (${lang})`, async t => {
    const manager = await at(t, 'jingli', '/emergencies/new?drill=1', {locale});
    const desk = await at(t, 'chenxiaowen', '/cases', {locale});
    await manager.locator('label:has(input[value=fire])').click();
    await manager.fill('#place', lang === 'zh' ? '地下车库' : 'garage');
    await manager.keyboard.press('Control+Enter');
    await manager.waitForSelector('#em-live');
    await desk.waitForSelector('#alarms .alarm.blu');
    assert.match(await desk.locator('#alarms').innerText(), lang === 'zh' ? /演练/ : /Drill/);
    assert.equal(await desk.locator('#alarms .alarm.red').count(), 0);
    await shot(manager, `emergency-drill-${lang}`);
    await manager.goto('/emergencies?drills=1');
    await shot(manager, `emergency-drills-${lang}`);
    await axe(manager);
    assert.deepEqual(await foreign(manager, lang), []);
    await manager.goto('/emergencies/documents/new');
    await axe(manager);
    assert.deepEqual(await foreign(manager, lang), []);
    await shot(manager, `safety-new-${lang}`);
  });

  check(`two desks tell callers of one power cut the same and join them with one key (${lang})`, async t => {
    const first = await at(t, 'chenxiaowen', '/incidents/new', {locale});
    const second = await at(t, 'xuwei', '/desk', {locale});
    await first.fill('#title', lang === 'zh' ? '全小区停电' : 'no power');
    await first.fill('#say', lang === 'zh' ? '预计 15:00 恢复' : 'back at 15:00');
    await shot(first, `incident-new-${lang}`);
    await axe(first);
    await first.locator('form[action="/incidents"] button').click();
    await first.waitForURL(/incidents\/0/);
    // Before anybody types.
    await second.locator('#alarms', {hasText: '15:00'}).waitFor();
    await second.goto('/desk');
    await second.waitForSelector('.incident');
    await second.fill('#name', '周敏');
    await second.fill('#phone', '13857126688');
    await second.fill('#address', '99-1-1201');
    await second.locator('#address').blur();
    await shot(second, `incident-desk-${lang}`);
    await axe(second);
    await second.keyboard.press('Alt+d');
    await second.waitForSelector('.made');
    await first.locator('#alarms', {hasText: /1/}).waitFor();
    await first.reload();
    assert.match(await first.locator('main').innerText(), /周敏/);
    await first.fill('#how', lang === 'zh' ? '15:10 已恢复' : 'back since 15:10');
    await first.locator('form:has(input[value=end]) button').click();
    await first.waitForSelector('button[value=over]');
    await shot(first, `incident-tell-${lang}`, {fullPage: true});
    await axe(first);
    assert.deepEqual(await foreign(first, lang), []);
    await first.locator('button[value=over]').click();
    await second.locator('#alarms', {hasText: '15:00'}).waitFor({state: 'detached'}).catch(() => {});
    await second.waitForFunction(() => !document.querySelector('#alarms')?.innerText.includes('15:00'));
  });
}
