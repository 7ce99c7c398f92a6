// The front desk by keyboard alone, in both languages: a request from the first key to the dispatched order, what the desk
// recognises and refuses, drafts, parked forms, attachments, and the page of the contact.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {axe, check, chineseIn, closing, englishIn, page, shot, signIn, startProgram, until, wait} from './lib.mjs';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-desk-'));
execFileSync(path.resolve(process.env.SANSHENG_BIN), ['demo', '--data', dir, '--households', '120', '--days', '12'], {stdio: 'ignore'});
const program = await startProgram({data: dir, args: ['--lock-after', '0']});
closing('desk', async () => { await program.stop(); fs.rmSync(dir, {recursive: true, force: true}); });

const focused = tab => tab.evaluate(() => document.activeElement?.id ?? '');
const focusOn = (tab, id) => until(`focus on ${id}`, async () => (await focused(tab)) === id);
const quiet = tab => tab.waitForTimeout(350);
let keys = 0;
/** Presses keys one by one and counts them. */
async function press(tab, ...list) { for (const key of list) { keys++; await tab.keyboard.press(key); } }
async function type(tab, text) { keys += [...text].length; await tab.keyboard.type(text, {delay: 8}); }

async function desk(t, more = {}) {
  const tab = await page(t, {base: program.base, ...more});
  await signIn(tab, 'chenxiaowen', 'sansheng-demo');
  await tab.goto('/desk');
  await focusOn(tab, 'who-in');
  return tab;
}
/** A unit with somebody in it. */
async function somebody(tab, nth = 0) {
  return tab.evaluate(async nth => {
    for (let floor = 1; floor < 12; floor++) {
      const text = await (await fetch(`/desk/look?who=1-1-0${floor}0${1 + nth}`)).text();
      const at = text.match(/data-value="[^":]+:[^"]+" data-text="(\S+) ([^"]+)"/);
      if (at) return {unit: at[1], name: at[2]};
    }
    return null;
  }, nth);
}
const made = tab => tab.locator('.made a').first().textContent();
const cases = async tab => Number(await tab.locator('#tab-open .num').textContent());

check('a request is registered and dispatched by keyboard', async t => {
  const tab = await desk(t);
  const who = await somebody(tab);
  assert.ok(who, 'the demo estate has people');
  const before = await cases(tab);
  assert.deepEqual(await englishIn(tab, ['wsjls', 'zxm']), []);
  await axe(tab);
  const began = Date.now();
  keys = 0;
  await type(tab, who.unit);
  await press(tab, 'Enter');
  await focusOn(tab, 'item_text');
  await until('the archive is compared', () => tab.locator('.vrf .yes').count());
  assert.match(await tab.locator('#say').textContent(), /陈晓雯/);
  await type(tab, 'wsjls');
  await press(tab, 'Enter');
  await focusOn(tab, 'content');
  await until('the place follows from the item', async () => (await tab.inputValue('#place')).includes('户内'));
  assert.ok(await tab.isChecked('#urgency-urgent'), 'urgent by the item');
  assert.match(await tab.locator('.plan').textContent(), /30 分钟/);
  const content = '主卫角阀漏水';
  await type(tab, content);
  // The rule stands in the way, the focus goes to what is missing, nothing is lost.
  await press(tab, 'Control+Enter');
  await focusOn(tab, 'told');
  assert.equal(await tab.inputValue('#content'), content);
  keys--;
  await shot(tab, 'desk-refused');
  await press(tab, 'Alt+g');
  await until('told', () => tab.isChecked('#told'));
  await quiet(tab);
  await press(tab, 'Control+Enter');
  await tab.locator('.made').waitFor();
  assert.match(await made(tab), /^BX-\d{8}-\d{4}$/);
  await focusOn(tab, 'who-in');
  assert.equal(await tab.inputValue('#content'), '');
  await until('the queue has it', async () => (await cases(tab)) === before + 1);
  console.log(`a repair: ${keys} keystrokes, ${[...content].length} of them the content, ${((Date.now() - began) / 1000).toFixed(1)} s`);
  await axe(tab);
  await shot(tab, 'desk-made');

  // The same again within 90 days is recognised; the open case can be joined.
  await type(tab, who.unit);
  await press(tab, 'Enter');
  await focusOn(tab, 'item_text');
  await type(tab, 'wsjls');
  await press(tab, 'Enter');
  await tab.locator('#repeat_of').waitFor();
  await type(tab, '又来电催问');
  await quiet(tab);
  await shot(tab, 'desk-repeat');
  await press(tab, 'Alt+j');
  await until('joined', async () => /已并入/.test(await tab.locator('.made').textContent().catch(() => '')));
});

check('an inquiry is answered on the spot, and the record can be corrected', async t => {
  const tab = await desk(t);
  await press(tab, 'F10');
  await until('the visit has begun', () => tab.locator('input[name=started_at]').count());
  assert.ok(await tab.isChecked('#channel-visit'));
  await press(tab, 'Alt+w', 'Tab', 'Tab');
  await tab.fill('#name', '吴女士');
  await tab.fill('#phone', '13800138000');
  await tab.fill('#address', '1-1-0101');
  await press(tab, 'Alt+1');
  await until('inquiry', () => tab.isChecked('#kind-inquiry'));
  await tab.fill('#content', '咨询装修押金退还手续');
  await press(tab, 'F9');
  await focusOn(tab, 'answer');
  await axe(tab);
  await type(tab, '凭收据到前台办理');
  await press(tab, 'Control+Enter');
  await tab.locator('.made').waitFor();
  assert.match(await made(tab), /^ZX-/);
  assert.match(await tab.locator('.made').textContent(), /已关闭/);
  await tab.locator('.made a[href^="/contacts/"]').click();
  await tab.waitForURL(/\/contacts\//);
  assert.deepEqual(await englishIn(tab, ['zxm']), []);
  await axe(tab);
  await tab.locator('summary').last().press('Enter');
  await tab.fill('#c-name', '吴小姐');
  await tab.locator('.btn.pri').last().click();
  await tab.locator('#c-reason-e').waitFor();
  await tab.fill('#c-reason', '听错');
  await tab.locator('form .btn.pri').last().click();
  await tab.locator('#old').waitFor();
  assert.match(await tab.locator('.was').textContent(), /吴女士/);
  await shot(tab, 'contact');
});

check('keys in the empty field, and a stray key begins no call', async t => {
  const tab = await desk(t);
  await tab.keyboard.press('?');
  await tab.locator('#keys[open]').waitFor();
  await tab.keyboard.press('Escape');
  await tab.focus('#who-in');
  await tab.keyboard.press('/');
  await until('the search has the focus', () => tab.evaluate(() => document.activeElement.matches('[data-search]')));
  await tab.focus('#who-in');
  await tab.keyboard.type('3');
  await wait(1200);
  assert.equal(await tab.locator('input[name=started_at]').count(), 0);
  await tab.reload();
  assert.equal(await tab.inputValue('#who-in'), '', 'one key is no draft');
  await tab.keyboard.type('3-');
  await until('the call has begun', () => tab.locator('input[name=started_at]').count());
  await tab.fill('#who-in', '');
});

check('nobody is put on hold unheard, and after twenty seconds a call back is offered', async t => {
  const tab = await desk(t);
  await tab.keyboard.press('F2');
  await tab.locator('#hold .alert').waitFor();
  assert.match(await tab.locator('#hold').innerText(), /还没有说话/);
  await tab.fill('#content', '厨房水槽堵了');
  await tab.keyboard.press('F2');
  await tab.locator('#hold [data-due]').waitFor();
  assert.match(await tab.locator('#hold').innerText(), /方便稍等/);
  await axe(tab);
  await tab.locator('#hold .alert.red').waitFor({timeout: 25000});
  assert.match(await tab.locator('#hold').innerText(), /改为回电/);
  await axe(tab);
  await shot(tab, 'desk-hold-over');
  await tab.locator('#hold button.pri').click();
  await tab.locator('#callback-dlg[open]').waitFor();
  await tab.keyboard.press('Escape');
  await tab.locator('#hold button', {hasText: '回到通话'}).click();
  await until('the caller is back', async () => (await tab.locator('#hold').innerText()).trim() === '');
});

check('a draft survives a reload and another sign-in; a parked one is taken up again', async t => {
  const tab = await desk(t);
  await tab.fill('#name', '赵先生');
  await tab.fill('#content', '楼道灯不亮');
  await tab.locator('[data-draft-state=contact][data-state=saved]').waitFor();
  await tab.reload();
  assert.equal(await tab.inputValue('#content'), '楼道灯不亮');
  await tab.context().clearCookies();
  await signIn(tab, 'chenxiaowen', 'sansheng-demo');
  await tab.goto('/desk');
  assert.equal(await tab.inputValue('#name'), '赵先生');
  await tab.focus('#name');
  await press(tab, 'Alt+k');
  await tab.locator('#queue .line2 button').waitFor();
  assert.equal(await tab.inputValue('#content'), '');
  await shot(tab, 'desk-parked');
  await tab.locator('#queue .line2 button').press('Enter');
  await until('resumed', async () => (await tab.inputValue('#content')) === '楼道灯不亮');
  await tab.focus('#content');
  await tab.locator('button[value=discard]').press('Enter');
  await until('discarded', async () => (await tab.inputValue('#content')) === '');
  await tab.reload();
  assert.equal(await tab.inputValue('#content'), '');
});

check('a photo taken during the call goes with the case', async t => {
  const tab = await desk(t);
  await tab.fill('#name', '钱先生');
  await tab.fill('#address', '1-1-0101');
  await press(tab, 'Tab');
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  await tab.setInputFiles('#upload', {name: '现场.png', mimeType: 'image/png', buffer: png});
  await tab.locator('#files a.ph img').waitFor();
  await tab.focus('#item_text');
  await type(tab, 'ddbl');
  await until('candidates', () => tab.locator('#item-list [role=option]').count());
  await press(tab, 'Enter');
  await focusOn(tab, 'content');
  await type(tab, '楼道灯不亮');
  await quiet(tab);
  await tab.evaluate(() => document.querySelector('#fee-free').click());
  await quiet(tab);
  await press(tab, 'Alt+s');
  await tab.locator('.made').waitFor();
  const href = await tab.locator('.made a').first().getAttribute('href');
  await tab.goto(href);
  await tab.locator('img[src^="/files/"]').first().waitFor();
  const answer = await tab.request.get(await tab.locator('img[src^="/files/"]').first().getAttribute('src'));
  assert.equal(answer.headers()['content-type'], 'image/png');
  assert.match(answer.headers()['content-security-policy'], /sandbox/);
  const bad = await tab.request.post(`${program.base}/attachments?subject=form&id=x`, {multipart: {_key: 'a', file: {name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('<svg/>')}}, headers: {'sec-fetch-site': 'same-origin'}});
  assert.equal(bad.status(), 422);
});

check('the same in English', async t => {
  const tab = await desk(t);
  await tab.request.post(`${program.base}/locale`, {form: {lang: 'en', next: '/desk'}, headers: {'sec-fetch-site': 'same-origin'}});
  await tab.goto('/desk');
  await focusOn(tab, 'who-in');
  assert.deepEqual(await chineseIn(tab), []);
  const who = await somebody(tab, 1);
  await type(tab, who.unit);
  await press(tab, 'Enter');
  await focusOn(tab, 'item_text');
  await type(tab, 'kitchen leak');
  await press(tab, 'Enter');
  await focusOn(tab, 'content');
  await type(tab, 'Water under the sink');
  await quiet(tab);
  assert.deepEqual(await chineseIn(tab), []);
  await axe(tab);
  await shot(tab, 'desk-en');
  await press(tab, 'Alt+g');
  await until('told', () => tab.isChecked('#told'));
  await quiet(tab);
  await press(tab, 'Control+Enter');
  await tab.locator('.made').waitFor();
  assert.match(await made(tab), /^BX-/);
  assert.deepEqual(await chineseIn(tab), []);
  await tab.locator('.made a[href^="/contacts/"]').click();
  await tab.waitForURL(/\/contacts\//);
  assert.deepEqual(await chineseIn(tab), []);
  await tab.request.post(`${program.base}/locale`, {form: {lang: 'zh', next: '/desk'}, headers: {'sec-fetch-site': 'same-origin'}});
});
