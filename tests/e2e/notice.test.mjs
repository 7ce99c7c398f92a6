// What staff are told: the bell beside every page and what is announced at once, live in two browsers and two languages; the
// list, from which the case is opened; the phone.
import assert from 'node:assert/strict';
import {check, closing, page, signIn, until} from './lib.mjs';
import {PASSWORD, demo, desk, looked, order} from './phone.mjs';

const app = await demo();
closing('notice', app.stop);
const clerk = await desk(app.base);
const MINUTE = 60000;

const later = ms => fetch(`${app.base}/_test/clock`, {method: 'POST', body: String(ms)});
async function person(t, login, locale = 'zh-CN', more = {}) {
  const tab = await page(t, {base: app.base, locale, ...more});
  await signIn(tab, login, PASSWORD);
  await tab.request.post('/locale', {form: {lang: locale === 'en' ? 'en' : 'zh', next: '/'}});
  await tab.request.post('/account/duty', {form: {on: '1', next: '/account'}});
  return tab;
}
/** An urgent order, reported at the program's own time. */
const urgent = async () => order(clerk, {urgency: 'urgent', started_at: await (await later(0)).text()});
const unread = async tab => Number((await tab.getAttribute('#bell-link', 'aria-label')).match(/\d+/)?.[0] ?? 0);

check('an urgent order that nobody takes rings in two browsers, is announced, and is put away', async t => {
  await clerk.request.post('/account/duty', {form: {on: '1', next: '/account'}});
  const [head, manager] = [await person(t, 'gongcheng'), await person(t, 'jingli', 'en')];
  await person(t, 'lihuimin');
  await head.goto('/orders');
  await manager.goto('/cases');
  const before = [await unread(head), await unread(manager)];
  await urgent();
  await later(31 * MINUTE);
  // Nobody reloads: both hear of it where they are.
  await until('the head’s bell counts', async () => await unread(head) > before[0], 20000);
  await until('the manager’s bell counts', async () => await unread(manager) > before[1], 20000);
  const loud = head.locator('.loud[role=alert]');
  await loud.waitFor();
  assert.match(await loud.textContent(), /接单|到场/);
  await manager.locator('.loud[role=alert]').waitFor();
  await looked(head, 'notice-loud');
  await looked(manager, 'notice-loud-en', 'en');
  // It lies between the page and its foot and covers nothing that can be pressed.
  assert.deepEqual(await head.evaluate(() => {
    const loud = document.querySelector('.loud');
    const main = document.querySelector('#main');
    const end = main.getBoundingClientRect().bottom;
    return [...document.querySelectorAll('a, button, summary, .alarm')].filter(el => !loud.contains(el)).filter(el => {
      const r = el.getBoundingClientRect();
      const [x, y] = [r.x + r.width / 2, r.y + r.height / 2];
      return r.width > 0 && !(main.contains(el) && y > end) && document.elementFromPoint(x, y)?.closest('.loud');
    }).map(el => el.outerHTML.slice(0, 80));
  }), []);
  // Put away it stays away in this tab, on every page; it is not read by that.
  const n = await unread(manager);
  await manager.locator('.loud [data-put-away]').click();
  await manager.locator('#loud .loud').waitFor({state: 'hidden'});
  await manager.goto('/orders');
  await manager.locator('#loud .loud').waitFor({state: 'attached'});
  assert.equal(await manager.locator('#loud .loud').isVisible(), false, 'what was put away does not come back');
  assert.equal(await unread(manager), n);
  // Put away by hand; what is left is announced next, until nothing is.
  for (let n = await unread(head); await loud.count(); n = await unread(head)) {
    const id = await loud.getAttribute('id');
    await loud.locator('button', {hasText: '知道了'}).click();
    await until('it is put away', async () => !(await head.locator(`#${id}`).count()), 10000);
    await until('the bell counts less', async () => await unread(head) < n, 10000);
  }
});

check('the list says why it came and who was told before, and leads to the case', async t => {
  await urgent();
  await later(32 * MINUTE);
  for (const [locale, language, why, open] of [['zh-CN', 'zh', /因担任项目经理收到/, '标为未读'], ['en', 'en', /You hold the post: project manager/, 'Mark as unread']]) {
    const tab = await person(t, 'jingli', locale);
    await until('it is told', async () => { await tab.goto('/notices'); return await tab.locator('.notices li.new').count(); }, 20000);
    assert.match(await tab.textContent('main'), why);
    await tab.locator('.notices details summary').first().click();
    await looked(tab, `notices-${language}`, language);
    const first = tab.locator('.notices li.new').first();
    const id = await first.getAttribute('id');
    const number = (await first.textContent()).match(/BX-\d{8}-\d{4}/)[0];
    // By the keyboard: from row to row, and in.
    await first.locator('button[data-open]').focus();
    await tab.keyboard.press('ArrowDown');
    await tab.keyboard.press('ArrowUp');
    await tab.keyboard.press('Enter');
    await tab.waitForURL(/\/cases\//);
    assert.match(await tab.textContent('main'), new RegExp(number));
    // Read now; kept for later it is unread again.
    await tab.goto('/notices');
    const row = tab.locator(`#${id}`);
    assert.doesNotMatch(await row.getAttribute('class'), /\bnew\b/);
    await row.locator('button', {hasText: open}).click();
    await tab.waitForURL(/\/notices/);
    assert.match(await tab.locator(`#${id}`).getAttribute('class'), /\bnew\b/);
  }
});

check('the phone has the bell, and a notice leads to the order', async t => {
  const tab = await person(t, 'wangjianguo', 'zh-CN', {phone: true});
  await tab.goto('/tasks?tab=free');
  const number = await urgent();
  await tab.goto('/tasks');
  const take = await tab.request.post(`/tasks/${number}/accept`, {form: {}});
  assert.match(take.url(), /said=accept/, `taken: ${take.status()}`);
  await tab.goto('/tasks');
  assert.match(await tab.textContent('main'), new RegExp(number));
  const n = await unread(tab);
  await later(26 * MINUTE);
  await until('the phone’s bell counts', async () => await unread(tab) > n, 20000);
  await looked(tab, 'phone-bell');
  await tab.click('#bell-link');
  await tab.waitForURL(/\/notices/);
  await looked(tab, 'phone-notices');
  await tab.locator('.notices li.new button[data-open]').first().click();
  await tab.waitForURL(/\/tasks\//);
});
