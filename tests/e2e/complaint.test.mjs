// A complaint in a real browser, from registering to filing, by the dialogs of its page and by the people whose step it is;
// both languages, on a PC and on a phone, and on paper.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {axe, check, chineseIn, closing, page, shot, signIn, startProgram, until} from './lib.mjs';

const PASSWORD = 'sansheng-demo';
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-complaint-'));
execFileSync(path.resolve(process.env.SANSHENG_BIN), ['demo', '--data', data, '--households', '40', '--days', '3', '--cases', '12'], {stdio: 'pipe'});
const app = await startProgram({data});
closing('complaint', async () => { await app.stop(); fs.rmSync(data, {recursive: true, force: true}); });

async function person(t, login, options = {}) {
  const tab = await page(t, {base: app.base, ...options});
  await signIn(tab, login, PASSWORD);
  await tab.request.post('/locale', {form: {lang: options.locale?.startsWith('en') ? 'en' : 'zh', next: '/'}});
  return tab;
}

/** Takes one step by its dialog: fields by name; a choice is set by its value. */
async function step(tab, action, fields = {}) {
  await tab.locator(`#complaint a[hx-get$="/do/${action}"]`).first().click();
  const form = tab.locator(`#act form[action$="/${action}"]`);
  await form.waitFor();
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`).first();
    const kind = await field.evaluate(el => el.type);
    if (kind === 'radio') await form.locator(`label:has([name="${name}"][value="${value}"])`).click();
    else if (kind === 'checkbox') await field.check();
    else if (kind.startsWith('select')) await field.selectOption(value);
    else await field.fill(value);
  }
  if (action === 'route_complaint' || action === 'judge_complaint') await shot(tab, `complaint-do-${action}`);
  await form.locator('.ft button.pri').click();
  await until(`${action} done`, async () => !(await tab.locator('#act[open]').count()), 8000);
}

check('a complaint is walked from registering to filing', async t => {
  const tab = await person(t, 'chenxiaowen');
  await tab.goto('/desk');
  await tab.locator('label:has(#kind-complaint), label:has([name="kind"][value="complaint"])').first().click();
  await tab.locator('#about').waitFor();
  assert.match(await tab.locator('#terms').innerText(), /先安抚/);
  await shot(tab, 'complaint-desk');
  const items = JSON.parse(fs.readFileSync(path.resolve('standards/taxonomy.json'), 'utf8')).items;
  const item = items.find(i => i.code === 'complaint.noise.decoration');
  const made = await tab.request.post('/desk', {form: {
    act: 'record', channel: 'phone', _key: `complaint-e2e-${Date.now()}`, contact: '', name: '周晓敏', phone: '13800136688', address: '3-1-1201',
    kind: 'complaint', item: item.code, item_text: item.zh, content: '楼上夜里十一点还在装修，已连续三天。', place: '3 栋', urgency: 'normal', importance: 'major', fee: 'free',
    scope: 'own', level_set: '1', id_name: 'unknown', id_unit: 'unknown', id_phone: 'unknown', appoint: 'now',
  }});
  const text = await made.text();
  const number = /TS-\d{8}-\d{4}/.exec(text.slice(Math.max(0, text.indexOf('made'))))?.[0];
  assert.ok(number, text.replace(/<[^>]+>/g, ' ').slice(0, 600));
  await tab.goto(`/cases/${number}`);
  await shot(tab, 'complaint-new');
  await axe(tab);
  await step(tab, 'judge_complaint', {valid: 'true', importance: 'major', reason: '三户反映，属实'});
  await step(tab, 'route_complaint', {received: 'office', route_to: 'project_office'});
  await step(tab, 'record_finding', {text: '5 栋 802 夜间施工，未登记'});
  await step(tab, 'propose_answer', {text: '停工、约谈，并告知施工时间'});
  await step(tab, 'answer', {answer: '已停工，今后只在白天施工'});
  await step(tab, 'record_response', {response: 'true', told_how: 'phone'});
  await step(tab, 'note_opinion', {opinion: 'satisfied', thanked: 'true', hopes: '希望夜里多巡一次'});
  await step(tab, 'record_cause', {text: '装修登记没有夜间核查'});
  const owner = await tab.request.get(`/cases/${number}/do/set_measure`).then(r => r.text());
  const id = /<option value="([^"]+)"[^>]*>赵立新/.exec(owner)?.[1];
  for (const kind of ['corrective', 'preventive']) {
    await step(tab, 'set_measure', {measure_kind: kind, facts: '五户夜间施工未登记', text: '补登记并纳入夜间巡查', owner: id, due_at: '2030-01-15T18:00'});
  }
  await shot(tab, 'complaint-before-check');
  const quality = await person(t, 'zhiguan');
  await quality.goto(`/cases/${number}`);
  await step(quality, 'verify_complaint', {effective: 'true', note: '电话核实，住户认可'});
  await step(quality, 'file_complaint');
  assert.match(await quality.locator('#complaint').innerText(), /资料归档/);
  await shot(quality, 'complaint-filed');
  const english = await person(t, 'lintingting', {locale: 'en-GB'});
  await english.goto(`/cases/${number}`);
  await english.locator('#complaint').scrollIntoViewIfNeeded();
  await shot(english, 'complaint-filed-en', {fullPage: true});
  const rest = await chineseIn(english);
  assert.deepEqual(rest, [], 'Chinese on the English page');
  for (const form of ['complaint', 'corrective', 'preventive']) {
    await tab.goto(`/cases/${number}/print/${form}`);
    await shot(tab, `complaint-print-${form}`);
  }
  await english.goto(`/cases/${number}/print/complaint`);
  await shot(english, 'complaint-print-en');
  const phone = await person(t, 'jingli', {viewport: {width: 390, height: 844}});
  await phone.goto(`/cases/${number}`);
  await phone.locator('#complaint').scrollIntoViewIfNeeded();
  await shot(phone, 'complaint-phone');
});
