// The customer's pages by a secret link, on the customer's own phone: where it stands, the price, the signature, "not
// solved"; and that a browser of staff can look and do nothing.
import assert from 'node:assert/strict';
import {check, closing, page, signIn} from './lib.mjs';
import {PASSWORD, demo, desk, draw, looked, order} from './phone.mjs';

const app = await demo();
closing('resident', app.stop);
const clerk = await desk(app.base);

async function worker(t) {
  const tab = await page(t, {base: app.base, phone: true});
  await signIn(tab, 'wangjianguo', PASSWORD);
  return tab;
}
/** A link made at the desk, as it stands on the case's page. */
async function link(number, purpose) {
  await clerk.goto('/orders');
  const href = await clerk.evaluate(number => [...document.querySelectorAll('a')].map(a => a.closest('tr'))
    .find(r => r?.textContent.includes(number))?.querySelector('a[href^="/cases/"]')?.getAttribute('href'), number);
  const id = (href ?? await clerk.evaluate(async number => {
    const page = await (await fetch(`/tasks/${number}`)).text();
    return /\/cases\/([0-9a-f]{32})/.exec(page)?.[0];
  }, number));
  assert.ok(id, 'the case of the order');
  await clerk.goto(id);
  await clerk.waitForSelector('#links button[value=track]');
  await clerk.click(`#links button[value=${purpose}]`);
  const url = await clerk.textContent('#link-url');
  return {path: new URL(url).pathname, caseUrl: id};
}
const PHONE = 'Mozilla/5.0 (Linux; Android 15; Customer) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36';
const own = (t, locale = 'zh-CN') => page(t, {base: app.base, phone: true, locale, userAgent: PHONE});
async function accepted(t, more) {
  const number = await order(clerk, more);
  const tab = await worker(t);
  await tab.goto(`/tasks/${number}`);
  for (const said of ['accept', 'arrive']) { await tab.click('.mbar .btn.pri'); await tab.waitForURL(new RegExp(`said=${said}`)); }
  return {number, tab};
}
async function done(tab, number) {
  await tab.goto(`/tasks/${number}?do=done`);
  await tab.fill('[name=done]', '主卫角阀已更换，通水试压 10 分钟无渗漏。');
  await tab.fill('[name=no_photo_reason]', '业主不便');
  await tab.click('.mbar .btn.pri');
  await tab.waitForURL(/do=sign/);
}

check('follows the case, agrees to the price, signs and rates', async t => {
  const {number, tab} = await accepted(t, {fee: 'quote', told: 'yes', accepted: ''});
  const {path} = await link(number, 'track');
  const mine = await own(t);
  await mine.goto(path);
  assert.match(await mine.textContent('.hero'), /正在处理/);
  assert.doesNotMatch(await mine.textContent('main'), /1380013|LX-/, 'nothing internal');
  await looked(mine, 'resident-track');
  await tab.goto(`/tasks/${number}?do=quote`);
  for (const [i, l] of [['人工', '40'], ['DN15 角阀', '35']].entries()) { await tab.fill(`[name=what${i + 1}]`, l[0]); await tab.fill(`[name=price${i + 1}]`, l[1]); }
  await tab.click('.mbar .btn.pri');
  await tab.waitForURL(/said=quote/);
  await mine.goto(path);
  await looked(mine, 'resident-quote');
  await mine.click('button[name=answer][value=yes]');
  await mine.waitForURL(/said=quote-yes/);
  await looked(mine, 'resident-agreed');
  await done(tab, number);
  await tab.click('button:has-text("出示二维码")');
  await tab.waitForSelector('.qr svg');
  await looked(tab, 'worker-qr');
  const sign = new URL(await tab.textContent('#qr-url')).pathname;
  await mine.goto(sign);
  await mine.waitForURL(/\/sign$/);
  assert.equal(await mine.locator('[name=opinion]:checked').count(), 0, 'no rating is chosen beforehand');
  await looked(mine, 'resident-sign');
  await mine.click('#sign-form ~ footer .btn.pri, .mbar .btn.pri');
  await mine.waitForSelector('.alert.red:not([hidden])');
  await mine.locator('[name=opinion][value=very_satisfied]').check({force: true});
  await draw(mine);
  await mine.click('.mbar .btn.pri');
  await mine.waitForURL(/said=signed/);
  assert.match(await mine.textContent('main'), /待核对/, 'staff saw the link: a second person checks');
  await looked(mine, 'resident-signed');
  await mine.click('text=查看凭条');
  await looked(mine, 'resident-receipt');
  // Once: it can be looked at, and no more.
  await mine.goto(sign);
  assert.match(await mine.textContent('main'), /您已确认/);
  assert.equal(await mine.locator('form[action$="/say"]').count(), 0);
});

check('a browser of staff sees the page and can do nothing, signed out or not', async t => {
  const {number, tab} = await accepted(t);
  await done(tab, number);
  await tab.click('button:has-text("出示二维码")');
  const sign = new URL(await tab.textContent('#qr-url')).pathname;
  await tab.goto(sign);
  assert.match(await tab.textContent('main'), /登录过员工账号/);
  await looked(tab, 'resident-staff-browser');
  const hash = (await (await tab.request.get(`${sign}/sign`)).text()).match(/name="content_hash" value="(\w+)"/)?.[1];
  const form = {content_hash: hash ?? '', typed_name: '周晓敏'};
  assert.equal((await tab.request.post(`${sign}/sign`, {form})).status(), 403);
  await tab.request.post('/sign-out');
  assert.equal((await tab.request.post(`${sign}/sign`, {form})).status(), 403, 'the mark stays after signing out');
  // A private window has no mark, but the same address and kind of browser: kept, and to be checked by somebody (grade C).
  const hidden = await page(t, {base: app.base, phone: true});
  await hidden.goto(sign);
  await hidden.click('details summary');
  await hidden.fill('[name=typed_name]', '周晓敏');
  await hidden.click('.mbar .btn.pri');
  await hidden.waitForURL(/said=signed/);
  assert.match(await hidden.textContent('main'), /待核对/);
});

check('a name typed by a link that staff showed is kept and checked by a second person', async t => {
  const {number, tab} = await accepted(t);
  await done(tab, number);
  await tab.click('button:has-text("出示二维码")');
  const sign = new URL(await tab.textContent('#qr-url')).pathname;
  const mine = await own(t);
  await mine.goto(sign);
  await mine.click('details summary');
  await mine.fill('[name=typed_name]', '周晓敏');
  await mine.click('.mbar .btn.pri');
  await mine.waitForURL(/said=signed/);
  assert.match(await mine.textContent('main'), /待核对/);
});

check('what was corrected meanwhile is shown anew and not signed', async t => {
  const {number, tab} = await accepted(t);
  await done(tab, number);
  const {path, caseUrl} = await link(number, 'track');
  const mine = await own(t);
  await mine.goto(`${path}/sign`);
  await mine.click('details summary');
  await mine.fill('[name=typed_name]', '周晓敏');
  const answer = await mine.evaluate(async () => {
    const form = new URLSearchParams(new FormData(document.querySelector('#sign-form')));
    form.set('content_hash', '0'.repeat(64));
    const r = await fetch(document.querySelector('#sign-form').action, {method: 'POST', body: form});
    return [r.status, await r.text()];
  });
  assert.equal(answer[0], 409);
  assert.match(answer[1], /刚刚有更正/);
  assert.ok(caseUrl);
  await mine.goto(path);
  await mine.click('#unsolved button');
  await mine.waitForURL(/said=reopened/);
  await looked(mine, 'resident-reopened');
});

check('a link that is withdrawn or unknown answers calmly', async t => {
  const {number} = await accepted(t);
  const {path} = await link(number, 'track');
  await clerk.click('#links form[action$="/withdraw"] button');
  await clerk.waitForFunction(() => document.querySelector('#links')?.textContent.includes('已撤销'));
  const mine = await own(t);
  assert.equal((await mine.goto(path)).status(), 410);
  await looked(mine, 'resident-withdrawn');
  assert.equal((await mine.goto('/r/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).status(), 404);
  await looked(mine, 'resident-unknown');
});

check('in English', async t => {
  const {number, tab} = await accepted(t);
  const {path} = await link(number, 'track');
  const mine = await own(t, 'en-GB');
  await mine.goto(path);
  await looked(mine, 'resident-track-en', 'en');
  await done(tab, number);
  await mine.goto(`${path}/sign`);
  await looked(mine, 'resident-sign-en', 'en');
  await mine.click('details summary');
  await mine.fill('[name=typed_name]', 'Zhou Xiaomin');
  await mine.click('.mbar .btn.pri');
  await mine.waitForURL(/said=signed/);
  await looked(mine, 'resident-signed-en', 'en');
});

check('messages and channels', async t => {
  const tab = await page(t, {base: app.base});
  await signIn(tab, 'admin', PASSWORD);
  await tab.goto('/settings/channels');
  await looked(tab, 'channels');
  await tab.fill('#url-wecom', 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=very-secret-key');
  await tab.click('section[aria-labelledby=h-wecom] .btn.pri');
  await tab.waitForURL(/said=saved/);
  assert.doesNotMatch(await tab.content(), /very-secret-key/, 'a secret never comes out again');
  await tab.goto('/messages');
  await looked(tab, 'messages');
});
