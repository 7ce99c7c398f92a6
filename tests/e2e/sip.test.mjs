// Real calls by SIP on this machine: Kamailio is the exchange and tells the product by webhook, sipp plays the telephones and those who call.
// Six calls at once: what the product has measured of them, and what the desk and the board show meanwhile. By the host's own clock.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {request} from 'playwright-core';
import {axe, check, closing, page, shot, signIn, startProgram, until} from './lib.mjs';
import * as sip from './sip/sip.mjs';

const {rings, answers, holds, takesBack, putsDown, isHungUpOn, pause} = sip;
// One telephone for each; what it does, and what the caller does. `tells` is what must be known of the call afterwards, in milliseconds.
const CALLS = {
  inTime: {
    telephone: '1001', number: '13857126688', masked: '138 **** 6688',
    does: [rings, pause(6000), answers, pause(3000), holds, pause(3000), takesBack, isHungUpOn],
    caller: [sip.calls, sip.talks, sip.isHeld, sip.isBack, pause(1500), sip.hangsUp],
    tells: {ring: 'met', ringing_ms: 6000, rings: 2, wait: 'met', hold: 'met', holds: [3000], talk_ms: 7500, hung_up_first: 'outside'},
    kinds: ['arrived', 'queued', 'ringing', 'answered', 'held', 'unheld', 'hung_up'],
  },
  missed: {
    telephone: '1002', number: '13900002002', masked: '139 **** 2002',
    does: [rings, sip.ringsOut],
    caller: [sip.calling, pause(7000), sip.givesUp],
    tells: {ring: 'gave_up', ringing_ms: 7000, rings: null, hold: 'none', holds: [], talk_ms: null, missed: true, abandoned: 'waited', cause: 'cancelled'},
    kinds: ['arrived', 'queued', 'ringing', 'hung_up'],
  },
  late: {
    telephone: '1003', number: '13900003003', masked: '139 **** 3003',
    does: [rings, pause(16000), answers, pause(1500), putsDown],
    caller: [sip.calls, sip.talks, isHungUpOn],
    tells: {ring: 'breached', ringing_ms: 16000, rings: 4, wait: 'met', hold: 'none', holds: [], talk_ms: 1500, hung_up_first: 'ours'},
    kinds: ['arrived', 'queued', 'ringing', 'answered', 'hung_up'],
  },
  heldLong: {
    telephone: '1004', number: '13900004004', masked: '139 **** 4004',
    does: [rings, pause(1500), answers, pause(500), holds, pause(21000), takesBack, isHungUpOn],
    caller: [sip.calls, sip.talks, sip.isHeld, sip.isBack, pause(500), sip.hangsUp],
    tells: {ring: 'met', ringing_ms: 1500, rings: 1, wait: 'met', hold: 'breached', holds: [21000], talk_ms: 22000, hung_up_first: 'outside'},
    kinds: ['arrived', 'queued', 'ringing', 'answered', 'held', 'unheld', 'hung_up'],
  },
  // No ringing is told: the telephone takes it by itself.
  notTold: {
    telephone: '1005', number: '13900005005', masked: '139 **** 5005',
    does: [sip.isRungAtOnce, pause(1000), answers, isHungUpOn],
    caller: [sip.calls, sip.talks, pause(1000), sip.hangsUp],
    tells: {ring: 'unknown', ringing_ms: null, rings: null, wait: 'met', wait_ms: 1000, hold: 'none', holds: [], talk_ms: 1000},
    kinds: ['arrived', 'queued', 'answered', 'hung_up'],
  },
  // Comes while the clerk talks.
  second: {
    telephone: '1006', number: '13900006006', masked: '139 **** 6006',
    does: [rings, pause(3000), answers, isHungUpOn],
    caller: [sip.calls, sip.talks, pause(1500), sip.hangsUp],
    tells: {ring: 'met', ringing_ms: 3000, rings: 1, wait: 'met', hold: 'none', holds: [], talk_ms: 1500, hung_up_first: 'outside'},
    kinds: ['arrived', 'queued', 'ringing', 'answered', 'hung_up'],
  },
};
/** How far a time that was measured may be off, ms: the exchange tells before it passes on. A talk has more steps than one. */
const OFF = 300;
const off = (field, stretches) => field === 'talk_ms' ? OFF * (1 + 2 * stretches) : OFF;

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-sip-'));
const data = path.join(dir, 'data');
execFileSync(path.resolve(process.env.SANSHENG_BIN), ['demo', '--data', data, '--households', '120', '--days', '2'], {stdio: 'ignore'});
const program = await startProgram({data, args: ['--lock-after', '0']});
let exchange;
closing('sip', async () => { await exchange?.stop(); await program.stop(); fs.rmSync(dir, {recursive: true, force: true}); });

async function at(t, login, where) {
  const tab = await page(t, {base: program.base});
  await signIn(tab, login, 'sansheng-demo');
  await tab.goto(where);
  return tab;
}
/** Somebody signed in without a browser; gives `post(where, form)`, which answers with the page's text. */
async function person(login) {
  const own = await request.newContext({baseURL: program.base});
  const post = async (where, form) => {
    const answer = await own.post(where, {form: {_key: `sip-${process.pid}-${where}-${form.number ?? ''}`, ...form}});
    const text = await answer.text();
    assert.ok(answer.ok(), `${where}: ${answer.status()} ${text.slice(0, 300)}`);
    return text;
  };
  await post('/sign-in', {login, password: 'sansheng-demo', next: '/account'});
  return {post, get: async where => (await own.get(where)).text(), done: () => own.dispose()};
}

/** The exchange is made known, the telephones are entered, and a program gets a token. Gives what asks the API. */
async function setUp() {
  const [admin, keeper, head] = await Promise.all(['admin', 'xingzheng', 'lihuimin'].map(person));
  const secret = /Bearer ([^<\s]+)/.exec(await admin.post('/settings/phone', {name: 'Kamailio', kind: 'webhook', holds: '1'}))[1];
  const owner = /<option[^>]*value="(\w+)"[^>]*>陈晓雯</.exec(await keeper.get('/hotline/telephones'))[1];
  for (const {telephone} of Object.values(CALLS)) {
    await keeper.post('/hotline/telephones', {number: telephone, owner, purpose: 'staff', class: 'local', place: '前台', active: '1'});
  }
  const made = await head.post('/account/tokens', {name: 'sip', area_contacts: 'write', days: '7'});
  const token = /id="made-token"[^>]*>([^<]+)</.exec(made)[1];
  for (const p of [admin, keeper, head]) await p.done();
  exchange = await sip.exchange({
    dir, cti: `${program.base}/cti`, secret, telephones: Object.values(CALLS).map(c => ({number: c.telephone, caller: c.number, does: c.does})),
  });
  return path => fetch(`${program.base}/api/v1${path}`, {headers: {authorization: `Bearer ${token}`}}).then(async answer => {
    const body = await answer.json();
    assert.equal(answer.status, 200, `${path}: ${JSON.stringify(body)}`);
    return body;
  });
}

let ask;
const through = [];
/** When each card was first seen to ring, by the host's clock: id of the call → unix milliseconds. */
let seen;
const dial = name => through.push(exchange.call(CALLS[name].number, CALLS[name].caller));

check('calls stand at the desk while somebody types', async t => {
  ask = await setUp();
  const head = await at(t, 'lihuimin', '/hotline');
  const clerk = await at(t, 'chenxiaowen', '/desk');
  await clerk.waitForSelector('#telephone');
  const sat = clerk.waitForResponse(r => r.url().endsWith('/desk/telephone'));
  await clerk.selectOption('#telephone', CALLS.inTime.telephone);
  await sat;
  await clerk.evaluate(() => {
    window.rang = {};
    const look = () => document.querySelectorAll('#calls [data-ring]').forEach(el => { if (el.innerText.includes('响铃')) window.rang[el.id] ??= Date.now(); });
    new MutationObserver(look).observe(document.querySelector('#calls'), {childList: true, subtree: true, characterData: true, attributes: true});
  });
  const focused = () => clerk.evaluate(() => document.activeElement.id);
  const card = name => clerk.locator('#calls .ringcard', {hasText: CALLS[name].masked});
  await clerk.fill('#content', '楼道灯');
  await clerk.focus('#content');
  dial('inTime');
  await clerk.waitForSelector('#calls [data-ring-mine]', {timeout: 5000});
  assert.match(await card('inTime').innerText(), /响铃/);
  assert.match(await clerk.title(), /☎/u);
  assert.equal(await focused(), 'content');
  for (const name of ['missed', 'late', 'heldLong', 'notTold']) dial(name);
  await card('missed').waitFor();
  await card('late').waitFor();
  await clerk.keyboard.type('不亮');
  assert.deepEqual([await focused(), await clerk.inputValue('#content')], ['content', '楼道灯不亮']);
  // However many call, what is typed stays in sight, and the key that takes one up stands at one of them.
  assert.ok(await clerk.locator('#calls .ringcard').count() >= 4);
  assert.equal(await clerk.locator('#calls kbd:visible', {hasText: 'Alt I'}).count(), 1);
  assert.equal(await card('inTime').locator('kbd:visible', {hasText: 'Alt I'}).count(), 1, 'at the call at the clerk’s own telephone');
  assert.ok(await clerk.evaluate(() => {
    const box = document.activeElement.getBoundingClientRect();
    return document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20)) === document.activeElement;
  }), 'the field is in sight');
  await shot(clerk, 'sip-desk-ringing');
  await until('the board shows what goes on', async () => await head.locator('#now li a[href^="/hotline/calls/"]').count() >= 3);
  // The clerk talks, and the next one rings beside it.
  await until('the first call is answered', async () => /通话/.test(await card('inTime').innerText()), 10000);
  dial('second');
  await until('the second call rings beside it', async () => await card('second').count() === 1 && /响铃/.test(await card('second').innerText()));
  assert.equal(await card('inTime').count(), 1, 'the call that goes on stays');
  assert.equal(await focused(), 'content');
  await until('on hold', async () => /保留/.test(await card('inTime').innerText()), 8000);
  await shot(clerk, 'sip-desk-held');
  await until('over', async () => await card('inTime').count() === 0, 10000);
  assert.deepEqual([await focused(), await clerk.inputValue('#content')], ['content', '楼道灯不亮']);
  seen = await clerk.evaluate(() => window.rang);
});

check('what was measured of them', async () => {
  assert.ok(seen, 'the calls were made');
  await Promise.all([...through, exchange.over()]);
  assert.doesNotMatch(exchange.log(), /not told/, exchange.log());
  const all = (await ask('/calls')).items;
  assert.equal(all.length, Object.keys(CALLS).length, JSON.stringify(all));
  for (const [name, wanted] of Object.entries(CALLS)) {
    const line = all.find(c => c.number === wanted.masked);
    assert.ok(line, `${name} is in the list`);
    const call = await ask(`/calls/${line.id}`);
    const {holds: lengths, ...tells} = wanted.tells;
    for (const [field, value] of Object.entries(tells)) {
      if (field.endsWith('_ms') && value !== null) assert.ok(Math.abs(call[field] - value) <= off(field, lengths.length), `${name}: ${field} is ${call[field]}, not ${value}`);
      else assert.deepEqual(call[field], value, `${name}: ${field}`);
    }
    assert.equal(call.holds.length, lengths.length, `${name}: stretches on hold`);
    lengths.forEach((ms, i) => {
      assert.ok(Math.abs(call.holds[i].length_ms - ms) <= OFF, `${name}: ${call.holds[i].length_ms} ms on hold, not ${ms}`);
      assert.deepEqual([call.holds[i].extension, call.holds[i].verdict], [wanted.telephone, call.hold], name);
    });
    assert.deepEqual(call.events.map(e => e.kind), wanted.kinds, name);
    assert.deepEqual([call.state, call.direction, call.clock, call.missed, call.swept, call.queue],
      ['over', 'in', 'source', name === 'missed', false, 'hotline'], name);
    assert.equal(call.legs[0].extension, wanted.telephone, name);
    // What we received is not far behind what happened.
    for (const e of call.events) assert.ok(e.at - e.at_source < 1000, `${name}: ${e.kind} came after ${e.at - e.at_source} ms`);
    const rang = call.events.find(e => e.kind === 'ringing');
    const shown = seen[`call-${call.id}`];
    if (rang) assert.ok(shown && shown - rang.at_source < 1000, `${name}: on the screen ${shown - rang.at_source} ms after it rang`);
  }
  const only = async query => (await ask(`/calls?${query}`)).items.map(c => c.number);
  assert.deepEqual(await only('view=late'), [CALLS.late.masked]);
  assert.deepEqual(await only('hold=breached'), [CALLS.heldLong.masked]);
  assert.deepEqual(await only('missed=1'), [CALLS.missed.masked]);
  assert.deepEqual(await only(`extension=${CALLS.second.telephone}`), [CALLS.second.masked]);
  const {all: sums} = await ask('/calls/figures');
  const {calls, met, breached, unknown, gave_up, missed, hold_breaches, swept} = sums;
  assert.deepEqual({calls, met, breached, unknown, gave_up, missed, hold_breaches, swept},
    {calls: 6, met: 3, breached: 1, unknown: 1, gave_up: 1, missed: 1, hold_breaches: 1, swept: 0});
});

check('the board, and the number to call back', async t => {
  const head = await at(t, 'lihuimin', '/hotline');
  assert.match(await head.locator('dl.kpis').innerText(), /达标 3\s+超时 1\s+无法判断 1/);
  await axe(head);
  await shot(head, 'sip-board', {fullPage: true});
  await head.goto('/hotline/missed');
  const waits = head.locator('li[id^=missed-]');
  assert.equal(await waits.count(), 1);
  assert.match(await waits.innerText(), /139 \*{4} 2002[\s\S]*打来 1 次/);
  const [back] = (await ask('/missed-calls')).items;
  assert.deepEqual([back.number, back.calls, back.open, back.late], [CALLS.missed.masked, 1, true, false]);
});
