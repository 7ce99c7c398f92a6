// The hotline in the browser: a telephone system posts, the call stands at the desk within a second without taking the focus,
// it is taken up by one key, registered, and the board shows it; in both languages, with axe.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {axe, check, chineseIn, closing, englishIn, page, shot, signIn, startProgram, until} from './lib.mjs';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-hotline-'));
execFileSync(path.resolve(process.env.SANSHENG_BIN), ['demo', '--data', dir, '--households', '120', '--days', '3'], {stdio: 'ignore'});
const program = await startProgram({data: dir, args: ['--lock-after', '0']});
closing('hotline', async () => { await program.stop(); fs.rmSync(dir, {recursive: true, force: true}); });

async function at(t, login, where, more = {}) {
  const tab = await page(t, {base: program.base, ...more});
  await signIn(tab, login, 'sansheng-demo');
  await tab.request.post('/locale', {form: {lang: more.locale?.startsWith('en') ? 'en' : 'zh', next: '/'}});
  await tab.goto(where);
  return tab;
}
const english = async tab => (await englishIn(tab, ['wsjls', 'zxm', 'Webhook', 'Asterisk', 'FreeSWITCH', 'AMI', 'ESL', 'POST', 'Authorization: Bearer', 'Erlang'])).filter(text => !/^([A-Z]{3}-\d+$|Erlang [AC]：)/u.test(text));
const foreign = (tab, lang) => lang === 'zh' ? english(tab) : chineseIn(tab);

let secret;
async function setUp(t) {
  const admin = await at(t, 'admin', '/settings/phone');
  await axe(admin);
  await admin.fill('#name', 'PBX');
  await admin.check('input[name=holds]');
  await admin.locator('form[action="/settings/phone"] button.pri').click();
  await admin.waitForSelector('code');
  await axe(admin);
  await shot(admin, 'hotline-system-zh', {fullPage: true});
  secret = (await admin.locator('code', {hasText: 'Bearer'}).innerText()).replace(/.*Bearer /, '').trim();
  const keeper = await at(t, 'xingzheng', '/hotline/telephones');
  await keeper.fill('#number', '1001');
  await keeper.selectOption('#owner', {label: '陈晓雯'});
  await keeper.fill('#place', '前台');
  await keeper.locator('form[action="/hotline/telephones"] button.pri').click();
  await keeper.waitForSelector('a[href*="number=1001"]');
  await axe(keeper);
  await shot(keeper, 'hotline-telephones-zh');
}
async function tell(event, call, more = {}) {
  const answer = await fetch(`${program.base}/cti`, {
    method: 'POST', headers: {'content-type': 'application/json', authorization: `Bearer ${secret}`},
    body: JSON.stringify({event, callId: call, direction: 'in', from: '13857126688', to: '95001', ts: String(Date.now()), ...more}),
  });
  assert.equal(answer.status, 200, await answer.text());
}

let ready;
for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-GB']]) {
  check(`a call stands at the desk at once and is registered (${lang})`, async t => {
    ready ??= setUp(t);
    await ready;
    const clerk = await at(t, 'chenxiaowen', '/desk', {locale});
    await clerk.waitForSelector('#telephone');
    const sat = clerk.waitForResponse(r => r.url().endsWith('/desk/telephone'));
    await clerk.selectOption('#telephone', '1001');
    await sat;
    // Somebody types: the call takes neither focus nor text.
    await clerk.fill('#content', lang === 'zh' ? '楼道灯不亮' : 'dark stairs');
    await clerk.focus('#content');
    const began = Date.now();
    await tell('newCall', `call-${lang}`);
    // When it rang and was answered is said by the telephone system: the test's own slowness does not count.
    const rang = Date.now();
    await tell('ringing', `call-${lang}`, {extension: '1001', ts: String(rang)});
    await clerk.waitForSelector('[data-ring-mine]', {timeout: 5000});
    const took = Date.now() - began;
    assert.ok(took < 1500, `the card came after ${took} ms`);
    assert.equal(await clerk.evaluate(() => document.activeElement.id), 'content');
    assert.match(await clerk.title(), /☎/u);
    assert.match(await clerk.locator('#calls').innerText(), /138 \*{4} 6688/);
    await axe(clerk);
    assert.deepEqual(await foreign(clerk, lang), []);
    await shot(clerk, `desk-call-${lang}`);
    await tell('answer', `call-${lang}`, {answeringNumber: '1001', ts: String(rang + 3000)});
    // The card was drawn anew and its buttons are awake.
    for (const key of ['Alt+H', 'Alt+I']) await clerk.waitForSelector(`#calls [data-key="${key}"][data-htmx-powered]`);
    // One key: the form of the call; what was typed is parked.
    const taken = clerk.waitForResponse(r => r.url().endsWith('/take'));
    await clerk.keyboard.press('Alt+i');
    await taken;
    await until('the form of the call', async () => (await clerk.inputValue('#content')) === '' && await clerk.locator('#reg input[name=call]').inputValue() !== '');
    assert.match(await clerk.locator('#head').innerText(), lang === 'zh' ? /第 1 声接听/ : /Answered at ring 1/);
    await clerk.waitForSelector('#queue .line2');
    assert.match(await clerk.locator('#queue').innerText(), lang === 'zh' ? /楼道灯不亮/ : /dark stairs/, 'what was typed is parked');
    // Transfer asks first.
    await clerk.keyboard.press('Alt+h');
    await clerk.waitForSelector('#transfer-to');
    await axe(clerk);
    assert.deepEqual(await foreign(clerk, lang), []);
    await shot(clerk, `desk-transfer-${lang}`);
    await clerk.keyboard.press('Escape');
    await tell('hold', `call-${lang}`, {extension: '1001', ts: String(rang + 4000)});
    await until('held', async () => (await clerk.locator('#calls').innerText()).includes(lang === 'zh' ? '保留' : 'On hold'));
    await tell('unhold', `call-${lang}`, {extension: '1001', ts: String(rang + 5000)});
    // Registered: the call and its entry belong together.
    await clerk.locator('label[for=kind-inquiry], #kind-inquiry').first().click();
    await until('inquiry', () => clerk.isChecked('#kind-inquiry'));
    for (const [id, value] of [['name', '周敏'], ['address', '99-1-1201']]) if (!await clerk.inputValue(`#${id}`)) await clerk.fill(`#${id}`, value);
    await clerk.fill('#content', lang === 'zh' ? '问停车月卡' : 'asks for a parking pass');
    await clerk.keyboard.press('F9');
    await clerk.waitForSelector('#answer');
    await clerk.fill('#answer', lang === 'zh' ? '到前台办理' : 'at the front desk');
    await clerk.keyboard.press('Control+Enter');
    await until('registered', async () => await clerk.locator('.made').count() > 0);
    await tell('hangup', `call-${lang}`, {cause: 'normalClearing', by: '13857126688', ts: String(rang + 9000)});
    await until('over', async () => await clerk.locator('#calls .ringcard').count() === 0);
    await tell('newCall', `missed-${lang}`, {from: '13900001234'});
    await tell('ringing', `missed-${lang}`, {from: '13900001234', extension: '1001'});
    await tell('hangup', `missed-${lang}`, {from: '13900001234', cause: 'cancel'});
    const head = await at(t, 'lihuimin', '/hotline', {locale});
    for (const where of ['/hotline', '/hotline/calls', '/hotline/calls?view=missed', '/hotline/missed', '/hotline/telephones', '/hotline/staffing']) {
      await head.goto(where);
      await axe(head);
      assert.deepEqual(await foreign(head, lang), [], where);
      await shot(head, `hotline${where.replace(/[^a-z]+/g, '-')}-${lang}`, {fullPage: true});
    }
    // Each figure of the board opens its calls.
    await head.goto('/hotline');
    await head.locator('dl.kpis a[href*="view=in_time"]').click();
    await head.locator('tr[data-row]').first().waitFor();
    const met = await head.locator('tr[data-row]').count();
    assert.ok(met > 0);
    await head.goto('/hotline');
    assert.match(await head.locator('dl.kpis a[href*="view=in_time"]').innerText(), new RegExp(`\\b${met}\\b`));
    await head.goto('/hotline/calls?view=in_time');
    await head.locator('tbody a[href^="/contacts/"]').first().waitFor();
    await head.goto('/hotline/calls');
    await head.locator('tbody a').first().click();
    await head.waitForSelector('dl.dl');
    await axe(head);
    assert.deepEqual(await foreign(head, lang), []);
    await shot(head, `hotline-call-${lang}`);
  });
}

/// As much of an Asterisk's manager interface as signing in and calling need; what it was asked is kept.
function asterisk() {
  const asked = [];
  const sockets = [];
  const server = net.createServer(socket => {
    socket.on('error', () => {});
    sockets.push(socket);
    socket.write('Asterisk Call Manager/9.0.0\r\n');
    let rest = '';
    socket.on('data', piece => {
      const parts = (rest + piece).split('\r\n\r\n');
      rest = parts.pop();
      for (const part of parts) {
        const fields = Object.fromEntries(part.split('\r\n').map(line => line.split(/: (.*)/s).slice(0, 2)));
        asked.push(fields);
        const challenge = fields.Action === 'Challenge' ? 'Challenge: 12345\r\n' : '';
        socket.write(`Response: Success\r\nActionID: ${fields.ActionID ?? ''}\r\n${challenge}Message: done\r\n\r\n`);
        if (fields.Action === 'Status') socket.write(`Event: StatusComplete\r\nActionID: ${fields.ActionID}\r\nEventList: Complete\r\nListItems: 0\r\n\r\n`);
      }
    });
  });
  return new Promise(ready => server.listen(0, '127.0.0.1', () => ready({asked, port: server.address().port, close: () => server.close(),
    say: (name, fields) => sockets.forEach(s => s.write(`Event: ${name}\r\n${Object.entries(fields).map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`))})));
}

check('a number that waits is called by a click, from the clerk\'s own telephone', async t => {
  ready ??= setUp(t);
  await ready;
  const clerk = await at(t, 'chenxiaowen', '/desk');
  await clerk.waitForSelector('#telephone');
  const sat = clerk.waitForResponse(r => r.url().endsWith('/desk/telephone'));
  await clerk.selectOption('#telephone', '');
  await sat;
  for (const event of ['newCall', 'ringing', 'hangup']) await tell(event, 'wait-1', {from: '13900005678', ...event === 'ringing' && {extension: '1001'}, ...event === 'hangup' && {cause: 'cancel'}});
  // Without a telephone system that can call there is no button.
  await clerk.goto('/hotline/missed');
  assert.equal(await clerk.locator('form[action$="/call"]').count(), 0);
  const pbx = await asterisk();
  t.after(() => pbx.close());
  const admin = await at(t, 'admin', '/settings/phone');
  await admin.fill('#name', 'Asterisk');
  await admin.selectOption('#kind', 'ami');
  for (const [name, value] of [['host', '127.0.0.1'], ['port', String(pbx.port)], ['user', 'desk'], ['secret', 'secret']]) await admin.fill(`#${name}`, value);
  await admin.locator('form[action="/settings/phone"] button.pri').click();
  await until('signed in', async () => pbx.asked.some(a => a.Action === 'Status'));
  await clerk.goto('/desk');
  await clerk.waitForSelector('#telephone');
  const again = clerk.waitForResponse(r => r.url().endsWith('/desk/telephone'));
  await clerk.selectOption('#telephone', '1001');
  await again;
  await clerk.goto('/hotline/missed');
  const row = clerk.locator('li[id^="missed-"]', {hasText: '5678'});
  await axe(clerk);
  await shot(clerk, 'hotline-dial-zh');
  await row.locator('form[action$="/call"] button').click();
  await clerk.locator('[role=status]', {hasText: '请拿起分机 1001'}).waitFor();
  const dialled = pbx.asked.find(a => a.Action === 'Originate');
  assert.equal(dialled?.Channel, 'PJSIP/1001');
  assert.equal(dialled?.Exten, '13900005678');
  await axe(clerk);
});

// A call that reaches the stand-in and rings at a telephone, as Asterisk tells it.
function rings(pbx, key, number, extension) {
  const caller = {Channel: `PJSIP/trunk-${key}`, CallerIDNum: number, Uniqueid: key, Linkedid: key};
  const dest = {DestChannel: `PJSIP/${extension}-${key}`, DestCallerIDNum: extension, DestUniqueid: `${key}1`, DestLinkedid: key};
  pbx.say('Newchannel', {...caller, ChannelState: 0, Exten: '95001', Context: 'from-trunk'});
  pbx.say('Newchannel', {Channel: dest.DestChannel, CallerIDNum: extension, Uniqueid: dest.DestUniqueid, Linkedid: key, ChannelState: 0, Exten: 's'});
  pbx.say('DialBegin', {...caller, ...dest, Exten: '95001'});
  pbx.say('DialState', {...caller, ...dest, DialStatus: 'RINGING'});
}

check('a call that rings elsewhere is brought over by a click, and goes on by itself when nobody answers', async t => {
  ready ??= setUp(t);
  await ready;
  const keeper = await at(t, 'xingzheng', '/hotline/telephones');
  for (const number of ['1002', '1003']) {
    await keeper.goto('/hotline/telephones');
    await keeper.fill('#number', number);
    await keeper.selectOption('#owner', {index: 1});
    await keeper.locator('form[action="/hotline/telephones"] button.pri').click();
    await keeper.waitForSelector(`a[href*="number=${number}"]`);
  }
  const clerk = await at(t, 'chenxiaowen', '/desk');
  await clerk.waitForSelector('#telephone');
  // 1001 hangs on the other system.
  const sat = clerk.waitForResponse(r => r.url().endsWith('/desk/telephone'));
  await clerk.selectOption('#telephone', '1003');
  await sat;
  const pbx = await asterisk();
  t.after(() => pbx.close());
  const admin = await at(t, 'admin', '/settings/phone');
  await admin.fill('#name', 'Asterisk Ring');
  await admin.selectOption('#kind', 'ami');
  for (const [name, value] of [['host', '127.0.0.1'], ['port', String(pbx.port)], ['user', 'desk'], ['secret', 'secret']]) await admin.fill(`#${name}`, value);
  await admin.locator('form[action="/settings/phone"] button.pri').click();
  await admin.waitForSelector('#next');
  await until('signed in', async () => pbx.asked.some(a => a.Action === 'Status'));
  // A telephone that is not there is refused in words.
  await admin.fill('#next', '1009');
  await admin.locator('form[action^="/settings/phone/"] button.pri').first().click();
  await admin.locator('.err', {hasText: '不存在'}).waitFor();
  await axe(admin);
  await shot(admin, 'hotline-system-next-zh', {fullPage: true});
  rings(pbx, '1795280001.1', '13857126688', '1002');
  const bring = clerk.locator('#calls form[action$="/pick-up"] button');
  await bring.waitFor();
  await axe(clerk);
  await shot(clerk, 'desk-call-elsewhere-zh');
  await bring.click();
  await until('brought over', async () => pbx.asked.some(a => a.Action === 'Redirect' && a.Exten === '1003' && a.Channel === 'PJSIP/trunk-1795280001.1'));
  // It rings here and is answered; the system hands it on once they agreed.
  const mine = {DestChannel: 'PJSIP/1003-x', DestCallerIDNum: '1003', DestUniqueid: '1795280001.9', DestLinkedid: '1795280001.1'};
  const caller = {Channel: 'PJSIP/trunk-1795280001.1', CallerIDNum: '13857126688', Uniqueid: '1795280001.1', Linkedid: '1795280001.1'};
  pbx.say('DialEnd', {...caller, DestChannel: 'PJSIP/1002-1795280001.1', DestUniqueid: '1795280001.11', DestLinkedid: '1795280001.1', DialStatus: 'CANCEL'});
  pbx.say('Newchannel', {Channel: 'PJSIP/1003-x', CallerIDNum: '1003', Uniqueid: '1795280001.9', Linkedid: '1795280001.1', ChannelState: 0, Exten: 's'});
  pbx.say('DialBegin', {...caller, ...mine, Exten: '1003'});
  pbx.say('DialState', {...caller, ...mine, DialStatus: 'RINGING'});
  pbx.say('DialEnd', {...caller, ...mine, DialStatus: 'ANSWER'});
  await clerk.waitForSelector('#calls [data-key="Alt+H"][data-htmx-powered]');
  await clerk.keyboard.press('Alt+h');
  await clerk.fill('#transfer-to', '1002');
  const send = clerk.locator('#transfer-body button[name=send]');
  await send.click();
  await clerk.locator('#transfer-body .err').first().waitFor();
  assert.ok(!pbx.asked.some(a => a.Action === 'Redirect' && a.Exten === '1002'), 'nobody was asked');
  await clerk.check('#transfer-body input[name=agreed]');
  await clerk.check('#transfer-body input[name=told]');
  await axe(clerk);
  await shot(clerk, 'desk-transfer-send-zh');
  await send.click();
  await clerk.locator('#transfer-body .alert.grn').waitFor();
  await until('handed on', async () => pbx.asked.some(a => a.Action === 'Redirect' && a.Exten === '1002' && a.Channel === 'PJSIP/trunk-1795280001.1'));
  await clerk.keyboard.press('Escape');
  pbx.say('Hangup', {Channel: 'PJSIP/trunk-1795280001.1', Uniqueid: '1795280001.1', Linkedid: '1795280001.1', Cause: 16});
  await until('over', async () => await clerk.locator('#calls .ringcard').count() === 0);
  // With an order it goes on by itself after three rings.
  await admin.fill('#next', '1003');
  await admin.locator('form[action^="/settings/phone/"] button.pri').first().click();
  await until('signed in again', async () => pbx.asked.filter(a => a.Action === 'Status').length > 1);
  rings(pbx, '1795280002.1', '13857126688', '1002');
  await until('sent on', async () => pbx.asked.some(a => a.Action === 'Redirect' && a.Channel === 'PJSIP/trunk-1795280002.1' && a.Exten === '1003'), 25000);
  await clerk.goto('/hotline/calls');
  await clerk.locator('tbody a').first().click();
  await clerk.locator('main', {hasText: '自动转过去'}).waitFor();
  await axe(clerk);
  await shot(clerk, 'hotline-call-sent-zh');
  pbx.say('Hangup', {Channel: 'PJSIP/trunk-1795280002.1', Uniqueid: '1795280002.1', Linkedid: '1795280002.1', Cause: 16});
});

check('a recording is listened to for a reason and on record, and an empty one is not offered', async t => {
  ready ??= setUp(t);
  await ready;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-recordings-'));
  t.after(() => fs.rmSync(folder, {recursive: true, force: true}));
  const wav = seconds => {
    const data = Buffer.alloc(8000 * 2 * seconds, 1);
    const head = Buffer.from('524946460000000057415645666d7420100000000100010040' + '1f0000803e00000200100064617461' + '00000000', 'hex');
    head.writeUInt32LE(36 + data.length, 4);
    head.writeUInt32LE(data.length, 40);
    return Buffer.concat([head, data]);
  };
  fs.writeFileSync(path.join(folder, 'a.wav'), wav(2));
  fs.writeFileSync(path.join(folder, 'empty.wav'), wav(0));
  const admin = await at(t, 'admin', '/settings/phone');
  await admin.locator('tbody a', {hasText: 'PBX'}).click();
  await admin.fill('#recordings', 'monitor');
  await admin.locator('form[action^="/settings/phone/"] button.pri').first().click();
  await admin.locator('.err', {hasText: '文件夹'}).waitFor();
  await admin.fill('#recordings', folder);
  await admin.locator('form[action^="/settings/phone/"] button.pri').first().click();
  await until('kept', async () => (await admin.inputValue('#recordings')) === folder && await admin.locator('.err').count() === 0);
  await tell('newCall', 'recorded');
  await tell('answer', 'recorded', {answeringNumber: '1001'});
  await tell('hangup', 'recorded', {cause: 'normalClearing'});
  for (const file of ['a.wav', 'empty.wav', '../../etc/passwd']) await tell('recording', 'recorded', {recording: file});
  for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-GB']]) {
    const head = await at(t, 'lihuimin', '/hotline/calls', {locale});
    await head.locator('tbody a').first().click();
    const card = head.locator('#recordings');
    await card.locator('form').waitFor();
    assert.equal(await card.locator('form').count(), 1, 'one has sound');
    assert.ok(!(await card.innerHTML()).includes('a.wav'), 'names often hold the number: they are not shown');
    assert.match(await card.innerText(), lang === 'zh' ? /空文件/ : /An empty file/);
    assert.match(await card.innerText(), lang === 'zh' ? /不在设置的存放处/ : /Outside of where/);
    await axe(head);
    assert.deepEqual((await foreign(head, lang)).filter(text => !/\.wav|passwd/.test(text)), []);
    await card.locator('input[name=reason]').fill(lang === 'zh' ? '处理投诉' : 'a complaint');
    await card.locator('form button').click();
    const audio = head.locator('#recordings audio');
    await audio.waitFor();
    await until('it can be heard', async () => (await audio.evaluate(a => a.duration)) > 1.9);
    assert.match(await head.locator('#recordings').innerText(), lang === 'zh' ? /李慧敏.*处理投诉/s : /a complaint/);
    await axe(head);
    await shot(head, `hotline-recording-${lang}`, {fullPage: true});
  }
  // Who may not listen sees only that there is one.
  const clerk = await at(t, 'chenxiaowen', '/hotline/calls');
  await clerk.locator('tbody a').first().click();
  await clerk.locator('main', {hasText: '由有权限的人收听'}).waitFor();
  assert.equal(await clerk.locator('#recordings').count(), 0);
});

check('an answered call opens its form by itself where nothing was typed', async t => {
  ready ??= setUp(t);
  await ready;
  const clerk = await at(t, 'chenxiaowen', '/desk');
  await clerk.waitForSelector('#telephone');
  if (await clerk.inputValue('#telephone') !== '1001') {
    const sat = clerk.waitForResponse(r => r.url().endsWith('/desk/telephone'));
    await clerk.selectOption('#telephone', '1001');
    await sat;
  }
  assert.equal(await clerk.inputValue('#content'), '');
  const before = await clerk.locator('#reg input[name=call]').inputValue();
  const rang = Date.now();
  await tell('newCall', 'auto');
  await tell('ringing', 'auto', {extension: '1001', ts: String(rang)});
  await clerk.waitForSelector('[data-ring-mine]');
  await tell('answer', 'auto', {answeringNumber: '1001', ts: String(rang + 6000)});
  await until('the form of the call', async () => await clerk.locator('#reg input[name=call]').inputValue() !== before);
  assert.match(await clerk.locator('#head').innerText(), /第 2 声接听/);
  // What the telephone says of it afterwards stands there by itself.
  await tell('hangup', 'auto', {cause: 'normalClearing', by: '13857126688', ts: String(rang + 9000)});
  await clerk.locator('#call-stands .tag', {hasText: '已挂断'}).waitFor();
});
