// The worker's phone: list, one order from accepting to done, each step on a screen of its own, in both languages.
import assert from 'node:assert/strict';
import {check, closing, page, signIn} from './lib.mjs';
import {PASSWORD, demo, desk, draw, looked, order} from './phone.mjs';

const app = await demo();
closing('worker', app.stop);
const clerk = await desk(app.base);

async function worker(t, locale = 'zh-CN') {
  const tab = await page(t, {base: app.base, phone: true, locale});
  await signIn(tab, 'wangjianguo', PASSWORD);
  return tab;
}

check('an order from the list to the customer’s signature on paper grade', async t => {
  const number = await order(clerk);
  const tab = await worker(t);
  await tab.goto('/tasks?tab=free');
  await looked(tab, 'worker-list');
  await tab.goto(`/tasks/${number}`);
  await looked(tab, 'worker-new');
  await tab.click('.mbar .btn.pri');
  await tab.waitForURL(/said=accept/);
  await tab.click('.mbar .btn.pri');
  await tab.waitForURL(/said=arrive/);
  await looked(tab, 'worker-on-site');
  // The number is masked until it is asked for.
  assert.match(await tab.textContent('main'), /138 \*{4} 66\d\d/);
  await tab.click('text=请前台接通');
  await tab.waitForURL(/said=connect/);
  // Waiting needs that the customer was told (STD-15).
  await tab.click('text=暂停等待');
  await looked(tab, 'worker-wait');
  await tab.selectOption('[name=reason]', 'parts');
  // Nobody waits for years.
  await tab.fill('[name=until]', '2099-01-01T10:00');
  await tab.click('.mbar .btn.pri');
  await tab.waitForSelector('.alert.red:not([hidden])');
  assert.match(await tab.textContent('.alert.red:not([hidden])'), /90/);
  await tab.fill('[name=until]', new Date(Date.now() + 5 * 86400000).toISOString().slice(0, 16));
  await tab.click('.mbar .btn.pri');
  await tab.waitForSelector('.alert.red:not([hidden])');
  assert.equal(await tab.inputValue('[name=reason]'), 'parts', 'what was chosen stays');
  await tab.check('[name=told]');
  await tab.click('.mbar .btn.pri');
  await tab.waitForURL(/said=wait/);
  await tab.click('.mbar .btn.pri');
  await tab.waitForURL(/said=resume/);
  await tab.click('.mbar .btn.pri');
  await tab.waitForURL(/do=done/);
  await looked(tab, 'worker-done');
  await tab.fill('[name=done]', '更换主卫角阀，通水试压 10 分钟无渗漏。');
  await tab.click('.mbar .btn.pri');
  await tab.waitForSelector('.alert.red:not([hidden])');
  assert.match(await tab.textContent('.alert.red:not([hidden])'), /照片/, 'a photo, or why there is none');
  await tab.fill('[name=no_photo_reason]', '业主不同意拍照');
  await tab.click('.mbar .btn.pri');
  await tab.waitForURL(/do=sign/);
  await looked(tab, 'worker-sign');
  await draw(tab);
  await tab.click('text=提交签字');
  await tab.waitForURL(/said=device/);
  assert.match(await tab.textContent('main'), /C 级/);
  await looked(tab, 'worker-signed');
});

check('the desk’s page asks for nothing that a worker may not have', async t => {
  const tab = await page(t, {base: app.base});
  await signIn(tab, 'wangjianguo', PASSWORD);
  const refused = [];
  tab.on('response', r => { if (r.status() === 403) refused.push(new URL(r.url()).pathname); });
  await tab.goto('/desk');
  await tab.waitForLoadState('networkidle').catch(() => {});
  await tab.waitForTimeout(500);
  assert.deepEqual(refused, []);
  assert.equal((await tab.locator('#errors').innerText()).trim(), '');
  assert.equal(await tab.locator('[data-error-line]').isVisible(), false);
});

check('photos go up from the phone', async t => {
  const number = await order(clerk);
  const tab = await worker(t);
  await tab.goto(`/tasks/${number}`);
  await tab.click('.mbar .btn.pri');
  await tab.waitForURL(/said=accept/);
  const png = await tab.evaluate(async () => {
    const c = document.createElement('canvas');
    c.width = 640; c.height = 480;
    c.getContext('2d').fillRect(10, 10, 300, 200);
    return [...new Uint8Array(await (await new Promise(done => c.toBlob(done, 'image/jpeg'))).arrayBuffer())];
  });
  await tab.locator('input[data-kind=photo_before]').setInputFiles({name: 'before.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(png)});
  await tab.waitForSelector('#pics a.ph img');
  await tab.reload();
  await tab.waitForSelector('#pics a.ph img');
  assert.equal(await tab.evaluate(() => document.querySelector('#pics a.ph img').naturalWidth > 0), true);
  await looked(tab, 'worker-photos');
});

check('a price on site waits for the customer', async t => {
  const number = await order(clerk, {fee: 'quote', told: 'yes', accepted: ''});
  const tab = await worker(t);
  await tab.goto(`/tasks/${number}`);
  for (const said of ['accept', 'arrive']) { await tab.click('.mbar .btn.pri'); await tab.waitForURL(new RegExp(`said=${said}`)); }
  await tab.click('.mbar .btn.pri');
  await tab.waitForURL(/do=quote/);
  await looked(tab, 'worker-quote');
  const lines = [['人工', 'labour', '1', '40'], ['DN15 角阀', 'material', '1', '35']];
  for (const [i, l] of lines.entries()) {
    await tab.fill(`[name=what${i + 1}]`, l[0]);
    await tab.selectOption(`[name=kind${i + 1}]`, l[1]);
    await tab.fill(`[name=qty${i + 1}]`, l[2]);
    await tab.fill(`[name=price${i + 1}]`, l[3]);
  }
  await tab.click('.mbar .btn.pri');
  await tab.waitForURL(/said=quote/);
  assert.match(await tab.textContent('main'), /¥75\.00/);
  await looked(tab, 'worker-quoted');
  await tab.goto(`/tasks/${number}?do=consent`);
  await looked(tab, 'worker-consent');
});

check('what a vendor without an account types survives a reload', async t => {
  const tab = await page(t, {base: app.base});
  await signIn(tab, 'chenxiaowen', PASSWORD);
  await tab.goto('/desk');
  await tab.fill('[name=name]', '周晓敏');
  await tab.fill('[name=phone]', '13800136699');
  await tab.fill('[name=address]', '3-1-1201');
  await tab.fill('#item_text', '电梯按钮');
  await tab.waitForSelector('#item-list [data-value]');
  await tab.press('#item_text', 'Enter');
  await tab.waitForFunction(() => document.querySelector('[name=scope]:checked')?.value === 'vendor');
  await tab.fill('#content', '五楼按钮按不亮');
  await tab.fill('[name=place]', '电梯');
  await tab.press('#content', 'Control+Enter');
  await tab.waitForSelector('.made a[href^="/cases/"]');
  await tab.goto(await tab.getAttribute('.made a[href^="/cases/"]', 'href'));
  await tab.click('#links button[value=vendor]');
  const url = new URL(await tab.textContent('#link-url')).pathname;
  const own = await page(t, {base: app.base, phone: true});
  const kept = path => own.waitForResponse(r => r.request().method() === 'PUT' && r.url().endsWith(path) && r.status() === 204);
  await own.goto(url);
  await looked(own, 'vendor-order');
  let saved = kept('/drafts/note');
  await own.fill('#note', '下午三点到，带新按钮');
  await saved;
  await own.reload();
  assert.equal(await own.inputValue('#note'), '下午三点到，带新按钮');
  await own.goto(`${url}?do=return`);
  saved = kept('/drafts/return');
  await own.fill('#reason', '面板停产，要等厂家报价');
  await saved;
  // Another browser with the same link goes on where this one stopped.
  const other = await page(t, {base: app.base, phone: true});
  await other.goto(`${url}?do=return`);
  assert.equal(await other.inputValue('#reason'), '面板停产，要等厂家报价');
  await looked(other, 'vendor-return');
  await other.goto(url);
  await other.click('form[action$="/note"] button');
  await other.waitForURL(/said=note/);
  assert.equal(await other.inputValue('#note'), '', 'what was sent is no draft any more');
});

check('the same pages in English', async t => {
  const number = await order(clerk);
  const tab = await worker(t, 'en-GB');
  await tab.request.post('/locale', {form: {lang: 'en', next: '/tasks'}});
  await tab.goto('/tasks?tab=free');
  await looked(tab, 'worker-list-en', 'en');
  await tab.goto(`/tasks/${number}`);
  await looked(tab, 'worker-new-en', 'en');
  await tab.click('.mbar .btn.pri');
  await tab.waitForURL(/said=accept/);
  for (const step of ['wait', 'return', 'place']) {
    await tab.goto(`/tasks/${number}?do=${step}`);
    await looked(tab, `worker-${step}-en`, 'en');
  }
  await tab.goto(`/tasks/${number}`);
  await tab.click('.mbar .btn.pri');
  await tab.waitForURL(/said=arrive/);
  await tab.goto(`/tasks/${number}?do=done`);
  await looked(tab, 'worker-done-en', 'en');
  await tab.request.post('/locale', {form: {lang: 'zh', next: '/tasks'}});
});
