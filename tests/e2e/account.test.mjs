// Accounts in a real browser: set-up, sign-in, the screen lock, first passwords, sessions and tokens, staff, settings, the
// directory and the handbook, in both languages.
import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import {DESK, axe, check, chineseIn, closing, englishIn, freePort, page, shot, signIn, startProgram, until} from './lib.mjs';

const PASSWORD = 'long-enough-9';
const NEW = 'quite-different-7';
const app = await startProgram();
closing('accounts', app.stop);
const NAMES = ['Riverside', 'Court', 'admin', 'zhang', 'wei', 'Asia/Shanghai', 'Chrome', 'Linux', 'SQLite', 'Hengze', 'zxm', 'STD-4', 'REC', 'COM', 'ETQ', 'VIS', 'STD', 'TEL', 'CSM', 'CSR', 'CAL', 'ANS', 'DIR', 'MB', 'GB', 'DN15'];

async function looked(tab, name, language) {
  await axe(tab);
  await shot(tab, name, {fullPage: true});
  if (language === 'en') assert.deepEqual(await chineseIn(tab), [], `no Chinese on ${tab.url()}`);
  if (language === 'zh') assert.deepEqual(await englishIn(tab, NAMES), [], `no English on ${tab.url()}`);
}
async function admin(t, options = {}) {
  const tab = await page(t, {base: app.base, ...options});
  await signIn(tab, 'admin', PASSWORD);
  return tab;
}

check('an empty product is set up by who sees its output', async t => {
  const tab = await page(t, {base: app.base});
  await tab.goto('/');
  await tab.waitForURL(/sign-in|set-up/);
  await tab.goto('/set-up');
  const code = /set-up code: (\w+)/.exec(app.log())[1];
  const fields = {company: '恒泽物业', company_en: 'Hengze', site: '滨江翠园', site_en: 'Riverside Court', hotline: '0571-86001200', address: '滨江路 1 号',
    name: '系统管理员', login: 'admin', password: PASSWORD};
  for (const [name, value] of Object.entries(fields)) await tab.fill(`[name=${name}]`, value);
  await tab.fill('[name=code]', 'wrong');
  await tab.click('main form button');
  await tab.waitForSelector('.alert.err');
  await tab.fill('[name=code]', code);
  await tab.fill('[name=password]', PASSWORD);
  await looked(tab, 'account-set-up', 'zh');
  await tab.click('main form button');
  await tab.waitForURL(/sign-in/);
});

check('the session cookie is hidden from scripts; an old one is worth nothing after signing in', async t => {
  const tab = await page(t, {base: app.base});
  await tab.context().addCookies([{name: 'sansheng', value: 'planted-by-somebody', url: app.base}]);
  await signIn(tab, 'admin', PASSWORD);
  const cookie = (await tab.context().cookies()).find(c => c.name === 'sansheng');
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, 'Lax');
  assert.notEqual(cookie.value, 'planted-by-somebody');
  // After signing out the secret opens nothing.
  await tab.goto('/account');
  await tab.click('details.who > summary');
  await tab.click('form[action="/sign-out"] button');
  await tab.waitForURL(/sign-in/);
  const answer = await fetch(`${app.base}/account`, {headers: {cookie: `sansheng=${cookie.value}`}, redirect: 'manual'});
  assert.equal(answer.status, 303);
});

check('many wrong passwords make one wait, and lock nobody out', async () => {
  const attempt = (login, password) => fetch(`${app.base}/sign-in`, {method: 'POST', redirect: 'manual', headers: {'content-type': 'application/x-www-form-urlencoded'},
    body: new URLSearchParams({login, password})});
  const seen = [];
  for (let i = 0; i < 7; i++) seen.push((await attempt('nobody', 'wrong-password')).status);
  assert.ok(seen.slice(0, 5).every(s => s === 422), `${seen}`);
  const last = await attempt('nobody', 'wrong-password');
  assert.equal(last.status, 429);
  assert.ok(+last.headers.get('retry-after') >= 1);
  // Another login from the same address does not wait.
  assert.equal((await attempt('admin', PASSWORD)).status, 303);
});

check('the own account: duty, sessions, a token, both languages', async t => {
  const tab = await admin(t);
  await tab.goto('/account');
  await looked(tab, 'account-mine-zh', 'zh');
  await tab.click('main form[action="/account/duty"] button');
  await tab.waitForSelector('.st.grn:has-text("在岗")');
  await until('the navigation shows who is on duty', () => tab.locator('.duty:has-text("系统管理员")').count());
  assert.ok(await tab.locator('.duty').innerText());
  // A second device, signed out from the first: its page goes to the sign-in by itself.
  const other = await admin(t);
  await other.goto('/account');
  await tab.reload();
  await tab.click('form[action="/account/sessions/end-others"] button');
  await other.waitForURL(/sign-in/, {timeout: 8000});
  await tab.waitForURL(/account/);
  await tab.click('text=新建令牌');
  await tab.fill('#name', '报表导出');
  await tab.click('text=生成令牌');
  await tab.waitForSelector('#tokens .alert.red');
  await tab.selectOption('#area_cases', 'read');
  await tab.fill('#name', '报表导出');
  await tab.click('text=生成令牌');
  const token = await tab.locator('#made-token').innerText();
  assert.match(token, /^ssk_/);
  await looked(tab, 'account-token-zh', 'zh');
  await tab.goto('/account');
  assert.equal(await tab.locator('#made-token').count(), 0);
  await tab.click('text=作废');
  await tab.waitForSelector('tr.off');
  await tab.click('main form[action="/locale"] button');
  await tab.waitForSelector('h1:has-text("My account"), h1:has-text("account")');
  await looked(tab, 'account-mine-en', 'en');
  await tab.click('main form[action="/locale"] button');
});

check('the lock covers the page and comes back to it', async t => {
  const tab = await admin(t);
  await tab.goto('/settings/departments?x=1');
  await tab.click('details.who > summary');
  await tab.click('form[action="/lock-now"] button');
  await tab.waitForURL(/\/lock\?next=/);
  await looked(tab, 'account-lock-zh', 'zh');
  await tab.goto('/staff');
  await tab.waitForURL(/\/lock\?next=\/staff/);
  await tab.fill('[name=password]', 'not-the-password');
  await tab.press('[name=password]', 'Enter');
  await tab.waitForSelector('#password[aria-invalid=true]');
  await tab.click('.plainhead form button');
  await tab.waitForSelector('html[lang=en]');
  await looked(tab, 'account-lock-en', 'en');
  await tab.click('.plainhead form button');
  await tab.waitForSelector('html[lang=zh-CN]');
  await tab.fill('[name=password]', PASSWORD);
  await tab.press('[name=password]', 'Enter');
  await tab.waitForURL(/\/staff$/);
});

check('idle time locks by itself', async t => {
  const second = await startProgram({data: app.dir, args: ['--lock-after', '3']});
  t.after(second.stop);
  const tab = await page(t, {base: second.base});
  await signIn(tab, 'admin', PASSWORD);
  await tab.goto('/settings');
  await tab.waitForURL(/\/lock\?next=%2Fsettings/, {timeout: 15000});
  await tab.fill('[name=password]', PASSWORD);
  await tab.press('[name=password]', 'Enter');
  await tab.waitForURL(/\/settings$/);
  // The stream would complain of the program that is stopped under it.
  await tab.goto('about:blank');
});

check('a new member of staff, from the first password to the end of the account', async t => {
  const tab = await admin(t);
  await tab.goto('/staff');
  await tab.keyboard.press('n');
  await tab.waitForURL(/staff\/new/);
  await looked(tab, 'staff-new-zh', 'zh');
  await tab.fill('#name', '张伟');
  await tab.fill('#name_en', 'Zhang Wei');
  await tab.fill('#login', 'admin');
  await tab.selectOption('#role', 'front_desk');
  await tab.selectOption('#place', {label: '滨江翠园 · 客户服务部'});
  await tab.click('text=建立账号');
  await tab.waitForSelector('#login[aria-invalid=true]');
  await tab.fill('#login', 'ZhangWei');
  await tab.click('text=建立账号');
  const first = await tab.locator('#issued').innerText();
  assert.match(first, /^[a-z2-9]{5}-[a-z2-9]{5}-[a-z2-9]{5}$/);
  await looked(tab, 'staff-issued-zh', 'zh');
  const url = new URL(tab.url()).pathname;

  const own = await page(t, {base: app.base});
  await signIn(own, 'zhangwei', first);
  await own.waitForURL(/account\/password/);
  await own.goto('/account');
  await own.waitForURL(/account\/password/);
  await looked(own, 'account-first-password-zh', 'zh');
  await own.fill('#old', first);
  await own.fill('#new', NEW);
  await own.fill('#again', 'something-else-1');
  await own.click('main form button.pri');
  await own.waitForSelector('#again[aria-invalid=true]');
  for (const [name, value] of [['old', first], ['new', NEW], ['again', NEW]]) await own.fill(`#${name}`, value);
  await own.click('main form button.pri');
  await own.waitForURL(u => !/password/.test(u.pathname));
  assert.equal((await own.goto('/staff')).status(), 403);
  await own.goto('/account');

  await tab.goto('/staff');
  await tab.click('text=张伟');
  await tab.waitForURL(/staff\/[0-9a-f]+/);
  await tab.selectOption('#role', 'vendor');
  await tab.click('text=添加岗位');
  await tab.waitForSelector('#place[aria-invalid=true]');
  await tab.selectOption('#role', 'worker');
  await tab.selectOption('#place', {label: '滨江翠园 · 工程部'});
  await tab.click('text=添加岗位');
  await tab.waitForSelector('li:has-text("维修")');
  await looked(tab, 'staff-detail-zh', 'zh');
  await tab.click('li:has-text("维修") button');
  await tab.waitForSelector('li:has-text("维修")', {state: 'detached'});
  await tab.click('button[data-dialog-open="#end"]');
  await shot(tab, 'staff-end-zh');
  await tab.click('#end .solid');
  await tab.waitForSelector('text=恢复账号');
  await own.waitForURL(/sign-in/, {timeout: 8000});
  await tab.goto('/staff?show=ended');
  await tab.waitForSelector('tr.off:has-text("张伟")');
  await looked(tab, 'staff-list-zh', 'zh');
  assert.ok(url);
});

check('settings, departments, directory and handbook', async t => {
  const tab = await admin(t);
  const pages = ['/settings', '/settings/departments', '/settings/system', '/departments', '/handbook', '/handbook/clauses', '/handbook/scripts',
    '/handbook/prices', '/handbook/prices/print', '/staff'];
  const name = path => `pages-${path.slice(1).replaceAll('/', '-')}`;
  for (const path of pages) {
    await tab.goto(path);
    await looked(tab, `${name(path)}-zh`, 'zh');
  }
  await tab.goto('/settings');
  await tab.selectOption('#archive_keeper', {label: '系统管理员'});
  await tab.click('main form[action="/settings"] button.pri');
  await tab.waitForURL(/settings$/);
  assert.equal(await tab.locator('.warn').count(), 0);
  await tab.goto('/settings/departments');
  await tab.fill('#name', '蓝天保洁公司');
  await tab.selectOption('#kind', 'vendor');
  await tab.click('main form.fs button.pri');
  await tab.waitForSelector('td:has-text("蓝天保洁公司")');
  await tab.click('text=蓝天保洁公司');
  await tab.fill('#phone', '0571-88880000');
  await tab.click('text=保存');
  await tab.waitForSelector('td:has-text("0571-88880000")');
  await tab.click('text=蓝天保洁公司');
  await tab.click('button[name=active]');
  await tab.waitForSelector('tr.off:has-text("蓝天保洁公司")');
  await tab.goto('/account');
  await tab.click('main form[action="/locale"] button');
  for (const path of [...pages, '/staff/new', '/account/password']) {
    await tab.goto(path);
    await looked(tab, `${name(path)}-en`, 'en');
  }
  await tab.goto('/account');
  await tab.click('main form[action="/locale"] button');
  const phone = await admin(t, {phone: true});
  for (const path of ['/account', '/departments', '/handbook', '/staff', '/settings']) {
    await phone.goto(path);
    await shot(phone, `${name(path)}-phone`, {fullPage: true});
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 1, `${path} is ${wide} px too wide`);
  }
  assert.equal(DESK.width, 1440);
});

check('an open stream does not keep the program from stopping', async t => {
  const second = await startProgram({data: app.dir});
  const tab = await page(t, {base: second.base});
  await signIn(tab, 'admin', PASSWORD);
  await tab.goto('/account');
  await tab.waitForSelector('[data-live-state]');
  tab.allow(/net::ERR|sse:error|network error/);
  const began = Date.now();
  await second.stop();
  assert.ok(Date.now() - began < 4000, `stopping took ${Date.now() - began} ms`);
});

check('own certificate: HTTPS with HTTP/2, a secure cookie that only this host gets, HSTS', async t => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-tls-'));
  const [cert, key] = [path.join(dir, 'cert.pem'), path.join(dir, 'key.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-keyout', key, '-out', cert], {stdio: 'ignore'});
  const port = await freePort();
  const child = spawn(path.resolve(process.env.SANSHENG_BIN), ['serve', '--data', app.dir, '--listen', `127.0.0.1:${port}`, '--tls-cert', cert, '--tls-key', key],
    {stdio: 'ignore'});
  t.after(() => { child.kill('SIGTERM'); fs.rmSync(dir, {recursive: true}); });
  const ask = (pathname, options = {}, body) => new Promise((done, fail) => {
    const request = https.request({host: '127.0.0.1', port, path: pathname, rejectUnauthorized: false, ...options}, answer => { answer.resume(); done(answer); });
    request.on('error', fail);
    request.end(body);
  });
  await until('it answers over TLS', () => ask('/healthz').then(a => a.statusCode === 200, () => false), 20000);
  const line = await new Promise((done, fail) => {
    const socket = tls.connect({host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1']}, () => { done(socket.alpnProtocol); socket.destroy(); });
    socket.on('error', fail);
  });
  assert.equal(line, 'h2');
  const body = new URLSearchParams({login: 'admin', password: PASSWORD}).toString();
  const answer = await ask('/sign-in', {method: 'POST', headers: {'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length}}, body);
  const cookie = answer.headers['set-cookie'].find(c => c.startsWith('__Host-sansheng='));
  assert.match(cookie, /; Path=\/; .*HttpOnly.*; Secure/);
  assert.match(answer.headers['strict-transport-security'], /max-age/);
});

check('addresses in forwarding headers count only from a proxy that was named', async t => {
  const sessions = async args => {
    const other = await startProgram({data: app.dir, args});
    t.after(other.stop);
    const done = await fetch(`${other.base}/sign-in`, {method: 'POST', redirect: 'manual', body: new URLSearchParams({login: 'admin', password: PASSWORD}),
      headers: {'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': '203.0.113.7'}});
    const cookie = done.headers.get('set-cookie').split(';')[0];
    return (await fetch(`${other.base}/account`, {headers: {cookie}})).text();
  };
  assert.ok(!(await sessions([])).includes('203.0.113.7'));
  assert.ok((await sessions(['--trusted-proxy', '127.0.0.1'])).includes('203.0.113.7'));
});
