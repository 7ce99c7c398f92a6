// Consultation with two people at two screens, promises by keyboard, more time on the customer's own phone, and the pages of
// breaches and figures on time: in both languages, with axe.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {axe, check, chineseIn, closing, englishIn, page, shot, signIn, startProgram, until} from './lib.mjs';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-consult-'));
execFileSync(path.resolve(process.env.SANSHENG_BIN), ['demo', '--data', dir, '--households', '120', '--days', '12'], {stdio: 'ignore'});
const program = await startProgram({data: dir, args: ['--lock-after', '0']});
closing('consult', async () => { await program.stop(); fs.rmSync(dir, {recursive: true, force: true}); });

// Clauses are named by their codes in both languages.
const english = async tab => (await englishIn(tab, ['wsjls', 'zxm'])).filter(text => !/^[A-Z]{3}-\d+$/.test(text));
const forward = seconds => fetch(`${program.base}/_test/clock`, {method: 'POST', body: String(seconds * 1000)});

async function at(t, login, where, more = {}) {
  const tab = await page(t, {base: program.base, ...more});
  await signIn(tab, login, 'sansheng-demo');
  await tab.request.post('/locale', {form: {lang: more.locale?.startsWith('en') ? 'en' : 'zh', next: '/'}});
  await tab.goto(where);
  if (where === '/desk' && await tab.locator('#consult [data-consult], .draft').count()) {
    await tab.click('button[value=discard]');
    await tab.waitForTimeout(400);
  }
  return tab;
}
async function duty(tab, on) {
  await tab.evaluate(on => fetch('/account/duty', {method: 'POST', headers: {'content-type': 'application/x-www-form-urlencoded'}, body: `on=${on}&next=/account`}), on ? 1 : 0);
}

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-GB']]) {
  check(`the desk asks, the head answers on her own screen, the desk uses the answer (${lang})`, async t => {
    const head = await at(t, 'lihuimin', '/promises', {locale});
    await duty(head, true);
    const desk = await at(t, 'chenxiaowen', '/desk', {locale});
    await desk.locator('label[for=kind-inquiry], label:has(#kind-inquiry)').first().click();
    await desk.fill('#content', '装修押金能否分期退');
    await desk.keyboard.press('F4');
    await desk.waitForSelector('#consult-dlg[open] #consult_to');
    assert.match(await desk.locator('#consult_to').innerText(), /李慧敏|Li/);
    assert.equal(await desk.inputValue('#consult_what'), '装修押金能否分期退');
    await axe(desk);
    await desk.focus('#consult_what');
    await desk.keyboard.press('Control+Enter');
    await desk.waitForSelector('[data-consult=waiting]');
    assert.match(await desk.locator('#consult [data-due-text]').first().innerText(), /[01]:\d\d/);
    // It reaches the other screen by itself, and what is being written there is not disturbed.
    await head.waitForSelector('#asked textarea');
    assert.match(await head.locator('#asked').innerText(), /装修押金能否分期退/);
    await head.fill('#asked textarea', '不能分期');
    await shot(head, `consult-asked-${lang}`);
    await axe(head);
    // The limit passes: the desk sees it, with what to do.
    await forward(61);
    await desk.reload();
    await desk.waitForSelector('#consult .sla.over');
    await shot(desk, `consult-passed-${lang}`);
    await axe(desk);
    assert.deepEqual(lang === 'zh' ? await english(desk) : await chineseIn(desk), []);
    await head.fill('#asked textarea', '不能分期，验收后一次退');
    await head.click('#asked button[value=answer]');
    await until('the question is gone', async () => !(await head.locator('#asked textarea').count()));
    await desk.waitForSelector('[data-consult=answered]');
    assert.match(await desk.locator('#consult').innerText(), /不能分期，验收后一次退/);
    await shot(desk, `consult-answered-${lang}`);
    await desk.click('#consult [data-fill]');
    await desk.waitForSelector('#answer-dlg[open]');
    assert.equal(await desk.inputValue('#answer'), '不能分期，验收后一次退');
    // What the clerk writes stays: the answer follows it.
    await desk.fill('#answer', '您好');
    await desk.keyboard.press('Escape');
    await desk.click('#consult [data-fill]');
    assert.equal(await desk.inputValue('#answer'), '您好\n不能分期，验收后一次退');
  });
}

check('nobody on duty: said at once, and a promise is one key away', async t => {
  const head = await at(t, 'lihuimin', '/account');
  await duty(head, false);
  const desk = await at(t, 'chenxiaowen', '/desk');
  await desk.locator('label:has(#kind-inquiry)').first().click();
  await desk.fill('#content', '能否减免停车费');
  await desk.keyboard.press('F4');
  await desk.waitForSelector('#consult-dlg[open] #consult_to');
  await desk.selectOption('#consult_to', 'post:cs_head');
  await desk.focus('#consult_what');
  await desk.keyboard.press('Control+Enter');
  await desk.waitForSelector('[data-consult=nobody]');
  assert.match(await desk.locator('#consult').innerText(), /现在无人在岗/);
  await desk.keyboard.press('Alt+q');
  await desk.waitForSelector('#promise-dlg[open] #promise_what');
  assert.match(await desk.locator('#promise-dlg').innerText(), /今天24:00前答复您/);
  await shot(desk, 'promise-dialog');
  await axe(desk);
  await desk.focus('#promise_what');
  await desk.keyboard.press('Control+Enter');
  // Without name, unit and phone it is refused, and says so.
  await until('the reason', async () => /没有姓名、房号和电话，不能答应回复/.test(await desk.locator('#desk-main [data-error-summary]').innerText().catch(() => '')), 15000);
});

check('a promise by keyboard, its list, and the head keeps it', async t => {
  const desk = await at(t, 'chenxiaowen', '/desk');
  await desk.locator('label:has(#kind-inquiry)').first().click();
  await desk.fill('#name', '周敏');
  await desk.fill('#phone', '13857126688');
  await desk.fill('#address', '99-1-1201');
  await desk.fill('#content', '三期何时交付');
  await desk.keyboard.press('Alt+q');
  await desk.waitForSelector('#promise-dlg[open] #promise_what');
  await desk.focus('#promise_what');
  await desk.keyboard.press('Control+Enter');
  await desk.waitForSelector('.made');
  assert.match(await desk.locator('.made').innerText(), /今天24:00前答复您/);
  for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-GB']]) {
    const head = await at(t, 'lihuimin', '/promises', {locale});
    await head.waitForSelector('tbody tr');
    await axe(head);
    await shot(head, `promises-${lang}`);
    assert.deepEqual(lang === 'zh' ? await english(head) : await chineseIn(head), []);
  }
  const head = await at(t, 'lihuimin', '/desk?tab=promises');
  assert.match(await head.locator('#queue').innerText(), /上报给您/);
});

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-GB']]) {
  check(`breaches, requests and figures on time are read in ${lang}`, async t => {
    for (const where of ['/breaches?view=decided', '/extensions?view=all', '/ontime?by=department', '/ontime?by=worker&clock=response']) {
      const tab = await at(t, 'lihuimin', where, {locale});
      await tab.waitForSelector('h1');
      assert.deepEqual(lang === 'zh' ? await english(tab) : await chineseIn(tab), [], where);
      await axe(tab);
      await shot(tab, `${where.slice(1).replace(/\W+/g, '-')}-${lang}`, {fullPage: true});
    }
  });
}

check('figures open their lists, with as many rows', async t => {
  const tab = await at(t, 'lihuimin', '/ontime');
  const link = tab.locator('table.t tbody tr').first().locator('td a').first();
  const n = Number(await link.innerText());
  assert.ok(n > 0);
  await link.click();
  await tab.waitForURL(/\/breaches\?/);
  let rows = await tab.locator('tbody tr').count();
  while (await tab.locator('a[rel=next]').count()) {
    await tab.locator('a[rel=next]').click();
    await tab.waitForLoadState();
    rows += await tab.locator('tbody tr').count();
  }
  assert.equal(rows, n);
});

check('the customer agrees to more time on the own phone', async t => {
  const desk = await at(t, 'chenxiaowen', '/desk');
  const number = await desk.evaluate(async () => {
    const items = await (await fetch('/desk/items?kind=complaint&item_text=' + encodeURIComponent('噪音'))).text();
    const item = items.match(/data-value="([^"]+)"/)[1];
    const form = new URLSearchParams({_key: String(Math.random()).repeat(2), channel: 'phone', kind: 'complaint', item, item_text: '噪音', content: '楼上装修夜里施工', place: '楼上', name: '周敏', phone: '13857126688', address: '99-1-1201', act: 'record'});
    const made = await fetch('/desk', {method: 'POST', body: form});
    return (await made.text()).match(/TS-\d{8}-\d{4}/)[0];
  });
  await desk.goto(`/cases/${number}/do/ask_extension`);
  const soon = await desk.evaluate(() => { const d = new Date(Date.now() + 6 * 864e5); return d.toISOString().slice(0, 16); });
  await desk.fill('[name=to]', soon);
  await desk.fill('[name=reason]', '配件明早到');
  await desk.locator('label:has([name=told_how][value=link])').click();
  await desk.click('form button.pri');
  await desk.waitForURL(url => url.pathname === `/cases/${number}`);
  assert.match(await desk.locator('#case').innerText(), /延期申请/);
  await shot(desk, 'extension-case', {fullPage: true});
  await axe(desk);
  const id = (await desk.content()).match(/\/cases\/([\w-]+)\/links/)[1];
  const html = await desk.evaluate(async id => (await fetch(`/cases/${id}/links`, {method: 'POST', headers: {'content-type': 'application/x-www-form-urlencoded'}, body: 'purpose=track'})).text(), id);
  const token = html.match(/\/r\/([\w-]+)/)[1];
  for (const [lang, locale] of [['en', 'en-GB'], ['zh', 'zh-CN']]) {
    const phone = await page(t, {base: program.base, phone: true, locale});
    await phone.goto(`/r/${token}`);
    await phone.waitForSelector('#extension');
    await axe(phone);
    await shot(phone, `extension-phone-${lang}`, {fullPage: true});
    if (lang === 'zh') {
      await phone.click('#extension button[value=yes]');
      await until('the agreement is noted', async () => /已记下您的同意/.test(await phone.locator('body').innerText()));
    }
  }
});
