// A notice to residents from the draft to the figures: drafted at the desk, published by the head, put up, handed over on a
// phone, read by a resident at the secret address of the message; in both languages, with axe.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import {PHONE, axe, check, chineseIn, closing, englishIn, page, printed, shot, signIn, startProgram, until} from './lib.mjs';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-bulletin-'));
execFileSync(path.resolve(process.env.SANSHENG_BIN), ['demo', '--data', dir, '--households', '120', '--days', '3'], {stdio: 'ignore'});
const program = await startProgram({data: dir, args: ['--lock-after', '0']});
// A gateway that takes everything.
const sent = [];
const gateway = http.createServer((request, response) => {
  let body = '';
  request.on('data', chunk => { body += chunk; });
  request.on('end', () => { sent.push(JSON.parse(body)); response.setHeader('content-type', 'application/json'); response.end(`{"code":0,"id":"m-${sent.length}"}`); });
});
await new Promise(done => gateway.listen(0, '127.0.0.1', done));
closing('bulletin', async () => { gateway.close(); await program.stop(); fs.rmSync(dir, {recursive: true, force: true}); });

async function at(t, login, where, more = {}) {
  const tab = await page(t, {base: program.base, ...more});
  await signIn(tab, login, 'sansheng-demo');
  await tab.request.post('/locale', {form: {lang: more.locale?.startsWith('en') ? 'en' : 'zh', next: '/'}});
  await tab.goto(where);
  return tab;
}
// A clause's name is the same in both languages.
const english = async tab => (await englishIn(tab, ['wsjls', 'zxm'])).filter(text => !/^[A-Z]{3}-\d+$/.test(text));
const foreign = (tab, lang) => lang === 'zh' ? english(tab) : chineseIn(tab);

async function setUp(t) {
  const admin = await at(t, 'admin', '/settings/channels');
  const config = {
    kind: 'sms_http', url: `http://127.0.0.1:${gateway.address().port}/send`,
    auth: {kind: 'hmac_sha256', key_id: 'K', secret: 'a-secret-of-the-gateway', key_header: 'X-Key-Id', signature_header: 'X-Signature', timestamp_header: 'X-Timestamp', nonce_header: 'X-Nonce'},
    body: {json: {phone: '{phone}', template: '{template}', text: '{text}', params: '{params}'}},
    success: {pointer: '/code', equals: 0}, id_pointer: '/id', templates: {}, net: {allow_private: true},
  };
  const form = admin.locator('form[action$="/sms"]');
  const fields = await form.evaluate(f => Object.fromEntries(new FormData(f)));
  const answer = await admin.request.post('/settings/channels/sms', {form: {...fields, url: config.url, key_id: 'K', secret: 'a-secret-of-the-gateway', json: JSON.stringify(config)}});
  assert.ok(answer.url().includes('said=saved'), `${answer.status()} ${answer.url()}`);
}

let ready;
for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-GB']]) {
  check(`a notice goes out and who has been reached is known (${lang})`, async t => {
    ready ??= setUp(t);
    await ready;
    const title = lang === 'zh' ? '停水通知' : 'No water on Wednesday';
    const clerk = await at(t, 'chenxiaowen', '/bulletins/new', {locale});
    await clerk.fill('#title', title);
    await clerk.fill('#text', lang === 'zh' ? '周三 9:00 至 12:00 停水。' : 'No water from 9:00 to 12:00 on Wednesday.');
    await clerk.locator('.builds input').first().check();
    await clerk.locator('input[name=file]').check();
    await clerk.locator('input[name=message]').check();
    await clerk.fill('#boards', lang === 'zh' ? '大堂' : 'Lobby');
    await axe(clerk);
    assert.deepEqual(await foreign(clerk, lang), []);
    await shot(clerk, `bulletin-form-${lang}`, {fullPage: true});
    await clerk.keyboard.press('Control+Enter');
    await clerk.waitForURL(/bulletins\/0/);
    await axe(clerk);
    assert.equal(await clerk.locator('form[action$="/publish"]').count(), 0, 'the desk drafts');
    const where = new URL(clerk.url()).pathname;

    const head = await at(t, 'lihuimin', where, {locale});
    const before = sent.length;
    await head.check('form[action$="/publish"] input[name=sure]');
    await head.locator('form[action$="/publish"] button').click();
    await head.waitForSelector('#reach');
    await until('a message', () => sent.length > before, 20000);
    // The figures go on by themselves until everything is out.
    await head.waitForFunction(() => !document.querySelector('#reach[hx-get]'), null, {timeout: 60000});
    await axe(head);
    assert.deepEqual(await foreign(head, lang), []);
    await shot(head, `bulletin-${lang}`, {fullPage: true});

    // On a phone: the board, and the paper ticked unit by unit.
    const guard = await at(t, 'zhaolixin', where, {locale, viewport: PHONE, phone: true});
    await guard.locator('button[value=up]').first().click();
    await guard.waitForSelector('button[value=down]');
    await guard.locator('a[href$="/hand"]').click();
    await guard.waitForSelector('input[name=ids]');
    await axe(guard);
    assert.deepEqual(await foreign(guard, lang), []);
    await guard.locator('input[name=ids]').first().check();
    await shot(guard, `bulletin-hand-${lang}`);
    await guard.locator('form[action$="/hand"] button').click();
    await guard.waitForSelector('.st.grn');

    // A resident opens the address of the message.
    const link = sent.filter(m => m.template === 'bulletin').at(-1).params.link;
    const resident = await page(t, {base: program.base, locale, viewport: PHONE, phone: true});
    const counted = resident.waitForResponse(r => r.request().method() === 'POST' && r.url().includes('/n/'));
    await resident.goto(new URL(link).pathname);
    assert.match(await resident.locator('h1').innerText(), new RegExp(title));
    await axe(resident);
    assert.deepEqual(await foreign(resident, lang), []);
    await shot(resident, `bulletin-read-${lang}`);
    await counted;
    await resident.reload();

    await head.reload();
    const figures = await head.locator('#reach').innerText();
    assert.match(figures, lang === 'zh' ? /书面送达 1 户/ : /1 handed over/);
    assert.match(figures, lang === 'zh' ? /打开链接 1 户/ : /1 opened the link/);
    // Every figure opens its list.
    for (const of of ['certain', 'sent', 'unknown']) {
      await head.goto(`${where}/units?of=${of}`);
      await axe(head);
      assert.deepEqual(await foreign(head, lang), []);
    }
    for (const paper of ['print', 'hand/print']) {
      await head.goto(`${where}/${paper}`);
      await axe(head);
      assert.deepEqual(await foreign(head, lang), [], paper);
      if (paper === 'hand/print') await printed(head);
      await shot(head, `bulletin-${paper.replace('/', '-')}-${lang}`);
    }
    await head.goto('/bulletins');
    await axe(head);
    assert.deepEqual(await foreign(head, lang), []);
    assert.match(await head.locator('tbody').first().innerText(), new RegExp(title));
    await shot(head, `bulletins-${lang}`);
  });
}
