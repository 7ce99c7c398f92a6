// The style sheet and the script of the pages, without the program: each behaviour of crates/web/assets/README.md in a real
// browser under the product's CSP, and each kind of screen by axe.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {execFileSync} from 'node:child_process';
import {asset, startFixtures} from './fixtures.mjs';
import {GALLERY} from './gallery.mjs';
import {axe, browser, check, chineseIn, closing, DESK, englishIn, page, root, shot, until, wait} from './lib.mjs';

const fx = await startFixtures();
closing('assets', () => fx.stop());
const open = async (t, name, more = {}) => {
  fx.reset();
  const tab = await page(t, {base: fx.base, ...more});
  await tab.goto('/' + name);
  return tab;
};
const focusId = tab => tab.evaluate(() => document.activeElement.id);
const text = (tab, selector) => tab.locator(selector).first().textContent();

// A composition as Chromium's IME does it: keydown 229, then the composition events by the DevTools protocol.
async function compose(tab, letters, chosen) {
  const cdp = await tab.context().newCDPSession(tab);
  for (let i = 1; i <= letters.length; i++) {
    await cdp.send('Input.imeSetComposition', {text: letters.slice(0, i), selectionStart: i, selectionEnd: i});
    await wait(30);
  }
  return {commit: () => cdp.send('Input.insertText', {text: chosen})};
}

// ---------- files ----------
check('lock files name no host; the asset step is repeatable and skips when nothing changed', async () => {
  for (const dir of ['crates/web', 'tests/e2e']) {
    assert.doesNotMatch(fs.readFileSync(path.join(root, dir, 'package-lock.json'), 'utf8'), /http/);
  }
  const dist = path.join(root, 'crates/web/dist');
  const read = () => fs.readdirSync(dist).sort().map(f => [f, fs.readFileSync(path.join(dist, f)).toString('base64')]);
  const before = read();
  const script = path.join(root, 'crates/web/build-assets.mjs');
  execFileSync('node', [script, '--force']);
  assert.deepEqual(read(), before);
  assert.match(execFileSync('node', [script]).toString(), /is current/);
});

check('style sheet keeps to the browser floor and needs nothing the CSP forbids', async () => {
  const css = fs.readFileSync(path.join(root, 'crates/web/dist', path.basename(asset('app.css'))), 'utf8');
  assert.doesNotMatch(css, /color-mix|light-dark|oklch|:has\(|@layer|@container|url\(|@import|@dark/);
  // No nesting: outside at-rules a brace never opens inside a brace.
  let depth = 0;
  let at = 0;
  for (const part of css.split(/(?<=[{}])/)) {
    if (part.endsWith('{')) { if (/@(media|supports|keyframes)/.test(part)) at++; else { depth++; assert.ok(depth <= 1, `nested: ${part}`); } }
    else if (part.endsWith('}')) { if (depth) depth--; else at--; }
  }
  assert.equal(at, 0);
});

// ---------- keys ----------
check('hot keys press, choose and focus; disabled ones only explain; single letters only outside fields', async t => {
  const tab = await open(t, 'keys');
  await tab.evaluate(() => { window.pressed = []; document.addEventListener('click', e => { const b = e.target.closest('[data-copy]'); if (b) window.pressed.push(b.dataset.copy); }); });
  await tab.focus('#note');
  await tab.keyboard.type('水管n/');
  assert.equal(await tab.inputValue('#note'), '水管n/');
  await tab.keyboard.press('F9');
  await tab.keyboard.press('F8');
  assert.deepEqual(await tab.evaluate(() => window.pressed), ['f9']);
  assert.equal(await tab.evaluate(() => document.activeElement.dataset.key), 'F8', 'a forbidden action gets the focus, so that its reason is read');
  await tab.focus('#note');
  await tab.keyboard.press('Alt+2');
  assert.ok(await tab.isChecked('[value=b]'));
  assert.equal(await focusId(tab), 'note', 'typing is not interrupted');
  assert.ok(await tab.isVisible('#fee'), 'data-show-if shows its part');
  await tab.keyboard.press('Alt+1');
  assert.ok(!await tab.isVisible('#fee') && await tab.evaluate(() => document.querySelector('#fee').matches(':disabled')));
  await tab.evaluate(() => document.activeElement.blur());
  await tab.keyboard.press('/');
  assert.equal(await focusId(tab), 'q');
  await tab.evaluate(() => document.activeElement.blur());
  await tab.keyboard.press('n');
  assert.ok(await tab.isVisible('#dlg'), 'N opens the note');
  await tab.keyboard.press('F9');
  assert.ok(!await tab.isVisible('#dlg'), 'in a dialog only its own keys count');
  await tab.keyboard.press('?');
  assert.match(await text(tab, '#keys'), /F9.*当场答复/s);
  assert.match(await text(tab, '#keys'), /Ctrl Enter.*派单/s);
  await tab.keyboard.press('Escape');
  assert.ok(!await tab.isVisible('#keys'));
  await tab.click('summary');
  await tab.keyboard.press('Escape');
  assert.equal(await tab.evaluate(() => document.querySelector('details').open), false);
  await tab.evaluate(() => { document.body.dataset.singleKeys = 'off'; document.activeElement.blur(); });
  await tab.keyboard.press('n');
  assert.ok(!await tab.isVisible('#dlg'), 'single keys can be switched off');
  assert.equal(await tab.getAttribute('[data-key="Ctrl+Enter"]', 'aria-keyshortcuts'), 'Control+Enter');
});

check('while an IME composes no key is ours', async t => {
  const tab = await open(t, 'keys');
  await tab.focus('#note');
  const ime = await compose(tab, 'shuiguan', '水管');
  await tab.evaluate(() => {
    for (const init of [{key: 'F9', keyCode: 229}, {key: 'Enter', ctrlKey: true, isComposing: true}, {key: 'Process', keyCode: 229}]) {
      document.querySelector('#note').dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, cancelable: true, ...init}));
    }
  });
  await wait(100);
  assert.equal(fx.state.posts.length, 0);
  await ime.commit();
  assert.equal(await tab.inputValue('#note'), '水管');
});

check('global search: arrows and Enter lead to the hit, Escape closes', async t => {
  const tab = await open(t, 'keys');
  await tab.keyboard.press('/');
  await tab.keyboard.type('zxm');
  await until('the hits', () => tab.evaluate(() => !document.querySelector('#hits').hidden));
  assert.equal(await tab.getAttribute('#q', 'aria-expanded'), 'true');
  await tab.keyboard.press('ArrowDown');
  assert.match(await tab.getAttribute('#q', 'aria-activedescendant'), /^hits-1$/);
  await tab.keyboard.press('Escape');
  assert.ok(!await tab.isVisible('#hits'));
  await tab.keyboard.press('ArrowDown');
  await tab.keyboard.press('Enter');
  await until('the unit', () => new URL(tab.url()).hash === '#unit');
});

// ---------- combobox ----------
check('combobox: pick by arrows, Enter, Tab and mouse; the hidden value follows; typing clears it', async t => {
  const tab = await open(t, 'combo');
  const value = () => tab.inputValue('#item-id');
  await tab.focus('#item');
  await tab.keyboard.type('wsls');
  await tab.keyboard.press('Backspace');
  await tab.waitForSelector('#item-list [role=option]');
  await tab.keyboard.press('ArrowDown');
  await tab.keyboard.press('ArrowDown');
  assert.equal(await tab.getAttribute('#item-list-0', 'aria-selected'), 'true', 'the list goes round');
  await tab.keyboard.press('ArrowUp');
  await tab.keyboard.press('Enter');
  assert.equal(await tab.inputValue('#item'), '给排水 / 卫生间渗水（顶板）');
  assert.equal(await value(), 'i2');
  await until('htmx saw the change', async () => /said i2/.test(await text(tab, '#said')));
  assert.equal(fx.state.posts.length, 0, 'Enter picked and did not submit');
  await tab.keyboard.press('Backspace');
  assert.equal(await value(), '', 'a text that is no longer the choice has no value');
  await tab.fill('#item', '');
  await tab.keyboard.type('dz');
  await tab.waitForSelector('#item-list [role=option]');
  await tab.keyboard.press('Tab');
  await until('Tab takes the first', async () => await value() === 'i3');
  assert.notEqual(await focusId(tab), 'item');
  await tab.fill('#item', '卫生间');
  await tab.click('#item-list [role=option] >> nth=0');
  assert.equal(await value(), 'i1');
  await tab.fill('#item', '什么');
  await tab.focus('#free');
  await until('an unpicked text is marked', () => tab.evaluate(() => document.querySelector('#item').hasAttribute('data-unpicked')));
});

check('combobox: Enter before the answer takes the first of the right answer; free text stays free', async t => {
  const tab = await open(t, 'combo');
  fx.state.delay = 400;
  await tab.focus('#item');
  await tab.keyboard.type('wslss');
  await tab.keyboard.press('Enter');
  await until('the pick', async () => await tab.inputValue('#item-id') === 'i2');
  assert.equal(fx.state.posts.length, 0);
  fx.state.delay = 0;
  await tab.focus('#free');
  await tab.keyboard.type('dz');
  await tab.waitForSelector('#free-list [role=option]');
  await tab.keyboard.press('Tab');
  assert.equal(await tab.inputValue('#free'), 'dz');
  assert.equal(await tab.inputValue('#free-id'), '');
});

check('what is typed before the page is fully up is not lost', async t => {
  const tab = await open(t, 'combo');
  // htmx binds the field a moment after our script runs: the state in between, made on purpose.
  await tab.evaluate(() => {
    const old = document.querySelector('#item').closest('.combo');
    const fresh = document.createElement('div');
    fresh.innerHTML = old.outerHTML.replace('data-htmx-powered="true"', '');
    old.replaceWith(fresh);
  });
  await tab.focus('#item');
  await tab.keyboard.type('dz');
  await tab.keyboard.press('Enter');
  await wait(200);
  assert.equal(fx.state.queries.length, 0);
  await tab.evaluate(() => htmx.process(document.querySelector('#item').parentElement.parentElement));
  await until('the pick', async () => await tab.inputValue('#item-id') === 'i3');
});

check('combobox asks only for what the IME has committed', async t => {
  const tab = await open(t, 'combo');
  await tab.focus('#item');
  const ime = await compose(tab, 'ding', '顶');
  await wait(200);
  assert.deepEqual(fx.state.queries, []);
  await ime.commit();
  await until('the question', () => fx.state.queries.length);
  assert.deepEqual(fx.state.queries, ['顶']);
  await tab.waitForSelector('#item-list [role=option]');
  await axe(tab);
});

// ---------- time ----------
check('countdowns say the time left, turn near and over with icon, word and row, and follow the server\'s clock', async t => {
  const tab = await open(t, 'due');
  assert.equal(await text(tab, '#a [data-due-text]'), '剩 3 时 20 分');
  assert.equal(await text(tab, '#c [data-due-text]'), '超时 18 分');
  assert.match(await text(tab, '#d'), /^00:(38|39|4\d)$/);
  assert.match(await text(tab, '#e'), /^\d\d:\d\d$/);
  await until('over', async () => (await tab.getAttribute('#b', 'class')).includes('over'), 6000);
  assert.equal(await text(tab, '#b [data-due-text]'), '刚超时');
  assert.match(await tab.getAttribute('#b use', 'href'), /#alarm$/);
  // The stream corrects the clock by three and a half hours: what was in time is late.
  await tab.evaluate(() => document.body.dispatchEvent(new CustomEvent('now', {bubbles: true, detail: {data: String(Date.now() + 210 * 60000)}})));
  await until('late', async () => (await tab.getAttribute('#row', 'class'))?.includes('over'), 4000);
  assert.equal(await text(tab, '#a [data-due-text]'), '超时 10 分');
});

// ---------- drafts, privacy, one record ----------
check('drafts: saved soon after typing, without passwords; kept here while the line is down and put back after a crash', async t => {
  const tab = await open(t, 'draft');
  tab.allow(/ERR_INTERNET_DISCONNECTED|ERR_FAILED/);
  await tab.fill('#pw', 'geheim');
  await tab.fill('#text', '厨房漏水');
  await tab.check('[name=ok]');
  await until('the draft', () => fx.state.drafts.at(-1)?.fields.ok);
  const saved = fx.state.drafts.at(-1);
  assert.deepEqual(saved.fields, {_key: 'k'.repeat(32), text: '厨房漏水', ok: '1'});
  assert.equal(saved.csrf, 'c5rf');
  assert.ok(Math.abs(saved.at - Date.now()) < 60000);
  await until('the state', async () => /已保存 \d\d:\d\d/.test(await text(tab, '[data-draft-state]')));
  assert.equal(await tab.evaluate(() => localStorage.getItem('draft:u1:contact')), null, 'nothing stays on this machine');

  await tab.context().setOffline(true);
  await tab.fill('#text', '厨房漏水，已关阀');
  await until('offline', async () => /离线/.test(await text(tab, '[data-draft-state]')));
  await tab.context().setOffline(false);
  await until('the server has it', () => fx.state.drafts.at(-1).fields.text === '厨房漏水，已关阀', 8000);

  fx.state.draftStatus = 503;
  tab.allow(/503/);
  await tab.fill('#text', '停电');
  await until('failed', async () => /正在重试/.test(await text(tab, '[data-draft-state]')));
  fx.state.draftStatus = 204;
  fx.state.drafts.length = 0;
  await tab.route('**/drafts/**', route => route.abort());
  await tab.reload();
  assert.equal(await tab.inputValue('#text'), '停电', 'put back from this machine');
  await tab.unroute('**/drafts/**');
  await until('and saved', () => fx.state.drafts.at(-1)?.fields.text === '停电', 8000);
});

check('drafts: leaving the page saves what was typed last; sending ends the draft', async t => {
  const tab = await open(t, 'draft');
  await tab.fill('#text', '最后一句');
  await tab.goto('/combo');
  await until('saved at leaving', () => fx.state.drafts.at(-1)?.fields.text === '最后一句');
  await tab.goto('/draft');
  await tab.fill('#text', '登记了');
  await until('saved', () => fx.state.drafts.at(-1)?.fields.text === '登记了');
  const n = fx.state.drafts.length;
  await tab.click('button.pri');
  await tab.waitForSelector('text=完成');
  assert.equal(fx.state.posts.length, 1);
  await wait(300);
  assert.equal(fx.state.drafts.length, n, 'no draft comes back after the record');
});

check('a second submit makes no second record; the key stays; the button lives again', async t => {
  const tab = await open(t, 'keys');
  await tab.focus('#note');
  await tab.fill('#note', 'x');
  for (let i = 0; i < 4; i++) await tab.keyboard.press('Control+Enter');
  assert.ok(await tab.isDisabled('[data-key="Ctrl+Enter"]'));
  await tab.waitForSelector('text=done');
  assert.equal(fx.state.posts.length, 1);
  await until('enabled', () => tab.isEnabled('[data-key="Ctrl+Enter"]'));
  await tab.goto('/draft');
  await tab.evaluate(() => { const b = document.querySelector('button.pri'); b.click(); b.click(); b.click(); });
  await tab.waitForSelector('text=完成');
  assert.equal(fx.state.posts.length, 2);
  assert.match(fx.state.posts[1], new RegExp('_key=' + 'k'.repeat(32)));
  await tab.goBack();
  await until('enabled again after going back', () => tab.isEnabled('button.pri'));
});

check('ETQ-4: an identity or card number is warned of, an order number is not', async t => {
  const tab = await open(t, 'draft');
  const warned = () => tab.evaluate(() => { const w = document.querySelector('#text-privacy'); return !!w && !w.hidden && w.textContent !== ''; });
  for (const [value, yes] of [
    ['单号 BX-20261121-0037，电话 13812345678', false], ['身份证11010519491231002X', true], ['11010519491231002１', false],
    ['１１０１０５１９４９１２３１００２Ｘ', true], ['138 1234 5678 11010519491231002X', true], ['卡号4111 1111 1111 1111', true],
    ['6222021234567890120', false], ['2026112110420000', false],
  ]) {
    await tab.fill('#text', value);
    assert.equal(await warned(), yes, value);
  }
});

check('422: the form comes back and the focus is on the first wrong field', async t => {
  const tab = await open(t, 'error');
  await tab.click('button');
  await tab.waitForSelector('#room-e');
  await until('focus', async () => await focusId(tab) === 'room');
});

// ---------- photos ----------
check('photos: shrunk to 1600 px JPEG, kept over a reload, retried until stored once; a refusal says why', async t => {
  const tab = await open(t, 'photo', {phone: true});
  tab.allow(/503/);
  const big = await tab.evaluate(async () => {
    const c = document.createElement('canvas');
    c.width = 3200; c.height = 2400;
    const g = c.getContext('2d');
    for (let i = 0; i < 4000; i++) { g.fillStyle = `hsl(${i * 37 % 360} 70% 50%)`; g.fillRect(i * 53 % 3200, i * 71 % 2400, 90, 60); }
    return c.toDataURL('image/png').split(',')[1];
  });
  const file = {name: '现场.png', mimeType: 'image/png', buffer: Buffer.from(big, 'base64')};
  fx.state.failUploads = 2;
  await tab.setInputFiles('#file', file);
  await until('it is queued', async () => /秒后重试/.test(await text(tab, '.ph .cap').catch(() => '')));
  await shot(tab, 'photo-retry');
  await tab.reload();
  await tab.waitForSelector('.ph canvas');
  await until('stored', () => fx.state.uploads.length === 1, 15000);
  await tab.waitForSelector('.ph.stored');
  const {bytes, kind, key} = fx.state.uploads[0];
  assert.deepEqual([...bytes.subarray(0, 3)], [0xff, 0xd8, 0xff], 'a JPEG');
  const size = await tab.evaluate(async b64 => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(atob(b64), c => c.charCodeAt(0))]));
    return [image.width, image.height];
  }, bytes.toString('base64'));
  assert.deepEqual(size, [1600, 1200]);
  assert.equal(kind, 'after');
  assert.match(key, /^[0-9a-f]{32}$/);
  fx.state.refuseUpload = true;
  await tab.setInputFiles('#file', file);
  await until('the reason', async () => (await tab.locator('.ph[data-state=refused] .cap').count()) && /图片太大/.test(await text(tab, '.ph[data-state=refused] .cap')));
  await axe(tab);
  await tab.click('.ph .rm');
  await tab.reload();
  await wait(300);
  assert.equal(await tab.locator('.ph').count(), 0, 'what was removed does not come back');
  assert.equal(fx.state.uploads.length, 1);
});

// ---------- signature ----------
check('signature: drawn by finger into plain numbers, cleared, kept when the phone turns', async t => {
  const tab = await open(t, 'sign', {phone: true});
  const box = await tab.locator('#pad').boundingBox();
  const draw = async () => {
    await tab.mouse.move(box.x + 30, box.y + 60);
    await tab.mouse.down();
    for (let i = 0; i < 20; i++) { await tab.mouse.move(box.x + 30 + i * 10, box.y + 60 + Math.sin(i) * 30); await wait(8); }
    await tab.mouse.up();
  };
  await draw();
  const read = async () => JSON.parse(await tab.inputValue('[name=signature]') || 'null');
  const first = await read();
  assert.match(first.d, /^M[\d.]+ [\d.]+(?:[QL][\d. ]+)+$/);
  assert.ok(first.w > 300 && first.h > 100 && first.d.length > 100);
  await tab.setViewportSize({width: 844, height: 390});
  await until('redrawn', async () => (await read()).w > first.w);
  assert.ok((await read()).d.length > 100);
  await shot(tab, 'signature');
  await tab.click('[data-sign-clear]');
  assert.equal(await read(), null);
});

// ---------- live ----------
check('live: the stream of the one script file comes up in 20 of 20 loads', async t => {
  fx.reset();
  let up = 0;
  const context = await (await browser()).newContext({baseURL: fx.base});
  t.after(() => context.close());
  for (let i = 0; i < 20; i++) {
    const before = fx.state.streams;
    const tab = await context.newPage();
    await tab.goto('/live');
    await until('a stream', () => fx.state.streams > before, 2000).then(() => up++, () => {});
    await tab.close();
  }
  console.log(`live connection: ${up} of 20`);
  assert.equal(up, 20);
});

check('live: parts are swapped, events fetched, a lost line is told and resumed by Last-Event-ID', async t => {
  const tab = await open(t, 'live');
  tab.allow(/ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION|503|Failed to fetch|network error/i);
  await until('connected', () => fx.state.clients.size === 1);
  await until('said so', async () => /正常/.test(await text(tab, '[data-live-state]')));
  fx.push('<hx-partial hx-target="#count" hx-swap="textContent">2</hx-partial>', {id: '41'});
  await until('the partial', async () => await text(tab, '#count') === '2');
  fx.push('8001', {event: 'call', id: '42'});
  await until('the card', async () => /said/.test(await text(tab, '#card')));
  fx.state.streamStatus = 503;
  fx.drop();
  await until('told', async () => /正在重连/.test(await text(tab, '[data-live-state]')));
  await shot(tab, 'live-lost');
  fx.state.streamStatus = 200;
  await until('back', () => fx.state.lastIds.includes('42'), 15000);
  await until('said so', async () => /正常/.test(await text(tab, '[data-live-state]')));
  assert.ok(!await tab.isVisible('[data-error-line]'), 'a lost stream is no error of the page');
});

check('live: a first connection that fails is tried again', async t => {
  fx.reset();
  fx.state.streamStatus = 503;
  const tab = await page(t, {base: fx.base});
  tab.allow(/503|htmx/);
  await tab.goto('/live');
  await until('told', async () => /正在重连/.test(await text(tab, '[data-live-state]')));
  fx.state.streamStatus = 200;
  await until('connected', () => fx.state.clients.size === 1, 8000);
  await until('said so', async () => /正常/.test(await text(tab, '[data-live-state]')));
});

check('a 5xx answer is one sentence and leaves the page as it was', async t => {
  const tab = await open(t, 'live');
  tab.allow(/500/);
  await tab.click('#boom');
  await tab.waitForSelector('text=系统出错');
  assert.doesNotMatch(await tab.content(), /Internal/);
});

// ---------- lists, theme, lock ----------
check('lists: arrows move between rows; select all counts and arms the buttons', async t => {
  const tab = await open(t, 'table');
  await tab.focus('#r1');
  await tab.keyboard.press('ArrowDown');
  assert.equal(await focusId(tab), 'r2');
  await tab.keyboard.press('End');
  assert.equal(await focusId(tab), 'r4');
  await tab.keyboard.press('Enter');
  assert.equal(new URL(tab.url()).hash, '#r4');
  await tab.click('[value="1"]');
  await tab.click('[value="3"]', {modifiers: ['Shift']});
  assert.equal(await text(tab, '[data-check-count]'), '已选 3 项');
  assert.ok(await tab.isEnabled('[data-bulk]'));
  assert.ok(await tab.evaluate(() => document.querySelector('[data-check-all]').indeterminate));
  await tab.click('[data-check-all]');
  assert.equal(await tab.locator('tr.sel').count(), 4);
  await tab.click('[data-check-all]');
  assert.ok(await tab.isDisabled('[data-bulk]'));
});

check('theme: chosen, remembered in a cookie, automatic by the system; paper stays white', async t => {
  const tab = await open(t, 'keys');
  const ground = () => tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await tab.evaluate(() => document.querySelector('[data-theme-set=dark]').click());
  const dark = await ground();
  assert.notEqual(dark, light);
  assert.equal((await tab.context().cookies()).find(c => c.name === 'theme')?.value, 'dark');
  await tab.evaluate(() => { delete document.documentElement.dataset.theme; });
  assert.equal(await ground(), light);
  await tab.emulateMedia({colorScheme: 'dark'});
  assert.equal(await ground(), dark);
  await tab.emulateMedia({media: 'print'});
  assert.equal(await ground(), 'rgb(255, 255, 255)');
});

check('idle lock: warns, is put off by any act, then keeps the draft, locks the session and leaves', async t => {
  const tab = await open(t, 'lock');
  await tab.fill('#text', '没写完');
  await tab.waitForSelector('[data-lock-warning]:not([hidden])');
  assert.match(await text(tab, '[data-lock-text]'), /^\d+ 秒后锁定$/);
  await tab.mouse.click(5, 5);
  assert.ok(!await tab.isVisible('[data-lock-warning]'));
  await tab.waitForURL(/\/locked\?next=%2Flock/, {timeout: 9000});
  assert.equal(fx.state.locks, 1);
  assert.equal(fx.state.drafts.at(-1).fields.text, '没写完');
});

// ---------- the look ----------
for (const [name, kind] of Object.entries(GALLERY)) {
  check(`screen ${name}: no axe violation, nothing wider than the window, no error`, async t => {
    const tab = await open(t, `gallery/${name}`, kind === 'phone' ? {phone: true} : {viewport: kind === 'paper' ? {width: 900, height: 1180} : DESK});
    if (name === 'parts') await tab.click('[data-dialog-open]');
    await wait(100);
    await shot(tab, `screen-${name}`, {fullPage: kind !== 'desk'});
    await axe(tab);
    if (name === 'parts') { await tab.keyboard.press('Escape'); await axe(tab); }
    if (kind === 'paper') return;
    for (const width of kind === 'phone' ? [320] : [1200, 1024, 720, 320]) {
      await tab.setViewportSize({width, height: 800});
      await wait(50);
      assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} reflows at ${width}`);
      if (width === 1024 || width === 320) await shot(tab, `screen-${name}-${width}`, {fullPage: true});
    }
  });
}

check('the printed slip is one A4 page', async t => {
  const tab = await open(t, 'gallery/print');
  const pdf = await tab.pdf({preferCSSPageSize: true});
  assert.equal((pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) ?? []).length, 1);
});

check('the crawl finds the wrong language and leaves out what people wrote', async t => {
  const tab = await open(t, 'keys');
  await tab.setContent('<html lang="en"><title>Desk</title><body><h1>Desk</h1><p data-content>水管</p><p>登记</p><input placeholder="房号"><a lang="zh">中文</a></body></html>');
  assert.deepEqual((await chineseIn(tab)).sort(), ['房号', '登记'].sort());
  await tab.setContent('<html lang="zh-CN"><title>工作台</title><body><h1>导出 Excel</h1><p data-content>leak</p><p>Save 保存</p><kbd>Enter</kbd><a lang="en">English</a></body></html>');
  assert.deepEqual(await englishIn(tab), ['Save 保存']);
});
