// Visitors in three browsers at once: the clerk at the desk, the guard on a phone at the gate, the host on a phone at home. What
// one does the others see by themselves. In both languages, with axe.
import assert from 'node:assert/strict';
import {check, closing, page, printed, signIn, until} from './lib.mjs';
import {PASSWORD, demo, looked} from './phone.mjs';

const app = await demo();
closing('visit', app.stop);
const PHONE = 'Mozilla/5.0 (Linux; Android 15; Host) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36';

async function at(t, login, where, more = {}) {
  const tab = await page(t, {base: app.base, ...more});
  await signIn(tab, login, PASSWORD);
  await tab.request.post('/locale', {form: {lang: more.locale?.startsWith('en') ? 'en' : 'zh', next: '/'}});
  await tab.goto(where);
  return tab;
}
const unit = async tab => {
  await tab.goto('/households');
  const text = await tab.locator('main').innerText();
  return /\b\d+-\d+-\d{3,4}\b/.exec(text)?.[0] ?? '1-1-0101';
};

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-GB']]) {
  const other = lang === 'zh' ? 'zh' : 'en';
  check(`one key, the host answers on her own phone, the desk lets in, the guard sees it (${lang})`, async t => {
    const desk = await at(t, 'chenxiaowen', '/desk', {locale});
    const where = await unit(desk);
    const guard = await at(t, 'zhixu02', '/gate', {locale, phone: true});
    await desk.goto('/desk');
    // One key: the record begins and has its time.
    await desk.keyboard.press('F8');
    await desk.waitForURL(/\/visits\/[0-9a-f]{32}/);
    await guard.waitForSelector('#gate a[href^="/gate/"]');
    await desk.fill('#name', `何明${lang}`);
    await desk.fill('#host', '周敏');
    await desk.fill('#unit', where);
    await desk.fill('#reason', '送家具');
    // The form that is written in is sent, not the one that lets the visitor in.
    await desk.keyboard.press('Control+Enter');
    await desk.waitForURL(/said=saved/);
    await looked(desk, `visit-desk-${lang}`, other);
    // The document: the last four are enough.
    await desk.fill('#c-no', '002X');
    await desk.locator('[name=as_expected][value=yes]').check({force: true});
    await desk.locator('form[action$="/check_document"] .btn.pri').click();
    await desk.waitForURL(/said=saved/);
    // The host is asked by a link and answers in her own browser; the desk's page says so by itself.
    await desk.locator('button[formaction$="/link"]').click();
    const url = new URL(await desk.locator('#link-url').innerText());
    await desk.waitForSelector('#stand .sla');
    const host = await page(t, {base: app.base, locale, phone: true, userAgent: PHONE});
    await host.goto(url.pathname);
    await looked(host, `visit-host-${lang}`, other);
    await desk.fill('#in-badge', `V${lang}1`);
    await host.locator('button[name=answer][value=yes]').click();
    await host.waitForSelector('.hero .sub >> nth=1');
    await desk.waitForSelector('#stand .alert.grn');
    assert.equal(await desk.inputValue('#in-badge'), `V${lang}1`, 'what was typed stays');
    await desk.focus('#in-badge');
    await desk.keyboard.press('Control+Enter');
    await desk.waitForURL(/said=entered/);
    // The guard's phone shows who is inside; the visitor leaves by the gate, and the desk's board shows it.
    await guard.locator('#gate .tag', {hasText: `V${lang}1`.toUpperCase()}).waitFor();
    await looked(guard, `visit-gate-${lang}`, other);
    const board = await at(t, 'chenxiaowen', '/visits', {locale});
    await board.locator('#visits tr', {hasText: `何明${lang}`}).waitFor();
    await looked(board, `visit-board-${lang}`, other);
    await guard.locator('#gate a', {hasText: `何明${lang}`}).click();
    await guard.waitForURL(/\/gate\/[0-9a-f]{32}/);
    await looked(guard, `visit-gate-one-${lang}`, other);
    await guard.locator('form[action$="/leave"] .btn.pri').first().click();
    await guard.waitForURL(/said=left/);
    await until('the board shows nobody', async () => !(await board.locator('#visits').innerText()).includes(`何明${lang}`), 20000);
    await board.goto('/visits/register');
    await board.locator('td', {hasText: `何明${lang}`}).first().waitFor();
    await looked(board, `visit-register-${lang}`, other);
    await board.goto('/visits/print');
    await looked(board, `visit-print-${lang}`, other);
    await printed(board);
  });

  check(`what was typed and not saved goes with the step, and nobody is asked about nobody (${lang})`, async t => {
    const desk = await at(t, 'chenxiaowen', '/desk', {locale});
    const where = await unit(desk);
    await desk.goto('/desk');
    await desk.keyboard.press('F8');
    await desk.waitForURL(/\/visits\/[0-9a-f]{32}/);
    await desk.fill('#reason', '量窗帘');
    await desk.locator('button[formaction$="/link"]').click();
    await desk.waitForSelector('.alert.red[role=alert]:not([data-error-line])');
    assert.equal(await desk.locator('#link-url').count(), 0, 'no address for nobody');
    assert.equal(await desk.inputValue('#reason'), '量窗帘');
    // A step with fields of its own: the page's script takes along what stands in the other form.
    await desk.fill('#name', `罗青${lang}`);
    await desk.fill('#host', '周敏');
    await desk.fill('#unit', where);
    await desk.fill('#c-no', '1234');
    await desk.locator('[name=as_expected][value=yes]').check({force: true});
    await desk.locator('form[action$="/check_document"] .btn.pri').click();
    await desk.waitForURL(/said=saved/);
    assert.equal(await desk.inputValue('#name'), `罗青${lang}`);
    assert.equal(await desk.inputValue('#reason'), '量窗帘');
    assert.match(await desk.locator('h1').innerText(), new RegExp(`罗青${lang}`));
  });

  check(`the host announces, the guard finds the code in one step (${lang})`, async t => {
    const desk = await at(t, 'chenxiaowen', '/visits', {locale});
    const where = await unit(desk);
    await desk.goto('/visits');
    await desk.fill('#unit', where);
    await desk.fill('#host', '周敏');
    await desk.locator('form[action="/visits/invite"] button').first().click();
    await desk.waitForURL(/\/visits\/links\/[0-9a-f]{32}/);
    const url = new URL(await desk.locator('#link-url').innerText());
    await looked(desk, `visit-links-${lang}`, other);
    await desk.reload();
    assert.equal(await desk.locator('#link-url').count(), 0, 'shown once');
    const links = desk.url();
    await desk.goto('/visits');
    const host = await page(t, {base: app.base, locale, phone: true, userAgent: PHONE});
    await host.goto(url.pathname);
    await host.fill('#name', `李四${lang}`);
    await host.fill('#plate', '浙A66Q88');
    await host.locator('form[action$="/announce"] .btn.pri').click();
    const code = (await host.locator('[id^=code-]').first().innerText()).replace(/\s/g, '');
    assert.match(code, /^\d{8}$/);
    await looked(host, `visit-announce-${lang}`, other);
    await desk.locator('#visits tr', {hasText: `李四${lang}`}).waitFor();
    const guard = await at(t, 'zhixu03', '/gate', {locale, phone: true});
    await guard.fill('#code', code);
    await guard.keyboard.press('Enter');
    await guard.waitForURL(/\/gate\/[0-9a-f]{32}/);
    await guard.locator('form[action$="/arrive"] button').click();
    await guard.waitForURL(/said=saved/);
    // Used up: the host sees that the visitor is at the gate, the code is gone.
    await host.reload();
    assert.equal(await host.locator('[id^=code-]').count(), 0);
    await guard.goto(`/gate?code=${code}`);
    await guard.waitForSelector('#code-e');
    await looked(guard, `visit-code-wrong-${lang}`, other);
    // The household's address is withdrawn: it stops at once.
    await desk.goto(links);
    await desk.locator('form[action$="/withdraw"] button').first().click();
    await desk.waitForLoadState();
    const gone = await host.goto(url.pathname);
    assert.equal(gone.status(), 410);
  });

  check(`an appointment is made and kept (${lang})`, async t => {
    const desk = await at(t, 'lihuimin', '/contacts', {locale});
    await desk.locator('tbody a[href^="/contacts/"]').first().click();
    await desk.locator('a[href$="/appointments"]').last().click();
    await desk.waitForSelector('#bring');
    const day = new Date(Date.now() + 36 * 3600e3).toISOString().slice(0, 10);
    await desk.fill('#at', `${day}T10:00`);
    await desk.fill('#place', '客服中心');
    await desk.fill('#bring', '身份证原件');
    await desk.locator('form[action$="/appointments"] .btn.pri').click();
    await desk.waitForSelector('.phead .st.amb');
    await looked(desk, `appointment-contact-${lang}`, other);
    await desk.goto('/appointments');
    await desk.locator('details summary.lnk').first().click();
    await looked(desk, `appointment-list-${lang}`, other);
    await desk.locator('details[open] [name=number]').fill('002X');
    await desk.locator('details[open] .btn.pri').click();
    await desk.waitForSelector('main .st.grn');
  });
}
