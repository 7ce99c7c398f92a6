// How telephones are used (TEL-1 to TEL-4, TEL-8 to TEL-10): long distance is asked for and approved on a phone, a new telephone goes from
// post to post, a violation is recorded, answered and decided, lines are checked. In both languages, on PC and phone, with axe.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {axe, check, chineseIn, closing, englishIn, page, shot, signIn, startProgram} from './lib.mjs';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sansheng-telephones-'));
execFileSync(path.resolve(process.env.SANSHENG_BIN), ['demo', '--data', dir, '--households', '120', '--days', '3'], {stdio: 'ignore'});
const program = await startProgram({data: dir, args: ['--lock-after', '0']});
closing('telephones', async () => { await program.stop(); fs.rmSync(dir, {recursive: true, force: true}); });

const PHONE = {width: 390, height: 844};

async function at(t, login, where, locale, viewport) {
  const tab = await page(t, {base: program.base, locale, ...(viewport ? {viewport} : {})});
  await signIn(tab, login, 'sansheng-demo');
  await tab.request.post('/locale', {form: {lang: locale.startsWith('en') ? 'en' : 'zh', next: '/'}});
  await tab.goto(where);
  return tab;
}
const english = async tab => (await englishIn(tab, ['wsjls', 'zxm'])).filter(text => /[A-Za-z]{2,}/.test(text.replace(/[A-Z]{3}-\d+/g, '')));
const foreign = (tab, lang) => lang === 'zh' ? english(tab) : chineseIn(tab);
const narrow = tab => tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1);

for (const [lang, locale, first, second] of [['zh', 'zh-CN', '1101', '1102'], ['en', 'en-GB', '1201', '1202']]) {
  const zh = lang === 'zh';
  const clean = async tab => { await axe(tab); assert.deepEqual(await foreign(tab, lang), []); };

  check(`long distance, a new telephone, a violation and a check of lines (${lang})`, async t => {
    const keeper = await at(t, 'xingzheng', '/hotline/telephones', locale);
    await keeper.fill('#number', first);
    await keeper.selectOption('#owner', {label: zh ? '陈晓雯' : 'Chen Xiaowen'});
    await keeper.click('main form[action="/hotline/telephones"] button.pri');
    await keeper.getByText(first).first().waitFor();
    await clean(keeper);
    await shot(keeper, `telephones-${lang}`);

    // Asked for at the desk; what is missing is said, and what was typed stays.
    const clerk = await at(t, 'chenxiaowen', '/hotline/long-distance/new', locale);
    await clean(clerk);
    await clerk.fill('#number', '16812345');
    await clerk.fill('#why', '联系总部核对合同');
    await clerk.locator('label:has([name=span][value=until])').click();
    await clerk.waitForSelector('#until:visible');
    await clerk.keyboard.press('Control+Enter');
    await clerk.waitForSelector('main .alert.red[role=alert]:visible');
    assert.equal(await clerk.inputValue('#number'), '16812345');
    await clerk.fill('#number', '010-66668888');
    await clerk.locator('label:has([name=span][value=once])').click();
    await clerk.selectOption('#line', first);
    await clean(clerk);
    await shot(clerk, `long-distance-new-${lang}`);
    await clerk.keyboard.press('Control+Enter');
    await clerk.waitForURL(/\/long-distance\/[0-9a-f]{32}$/);
    await clean(clerk);
    const asked = new URL(clerk.url()).pathname;
    const head = await at(t, 'lihuimin', asked, locale, PHONE);
    await clean(head);
    assert.ok(await narrow(head), 'no wider than the phone');
    await shot(head, `long-distance-phone-${lang}`);
    assert.equal(await head.inputValue('#line'), first, 'the line they asked for');
    await head.click('form[action$="/approve"] button');
    await head.waitForSelector('.st.grn');
    await clerk.goto(`${asked}/print`);
    await clean(clerk);
    await shot(clerk, `long-distance-paper-${lang}`);
    await clerk.goto('/hotline/long-distance');
    await clean(clerk);

    // From post to post.
    const engineer = await at(t, 'gongcheng', '/hotline/new-telephones/new', locale);
    await engineer.selectOption('#department', {label: zh ? '工程部' : 'Engineering'});
    await engineer.fill('#place', '值班室');
    await engineer.fill('#why', '新增值班室');
    await clean(engineer);
    await engineer.keyboard.press('Control+Enter');
    await engineer.waitForURL(/\/new-telephones\/[0-9a-f]{32}$/);
    const phone = new URL(engineer.url()).pathname;
    await keeper.goto(phone);
    await keeper.fill('#what', '一条线，月租 20 元');
    await clean(keeper);
    await keeper.click('form[action$="/handle"] button');
    await keeper.waitForLoadState();
    const manager = await at(t, 'zongjingli', phone, locale, PHONE);
    await manager.locator('label:has([name=yes][value="1"])').click();
    await clean(manager);
    await shot(manager, `new-phone-phone-${lang}`);
    await manager.click('form[action$="/decide"] button');
    await manager.waitForSelector('.st.blu');
    await keeper.goto(phone);
    await keeper.fill('#number', second);
    await keeper.selectOption('#owner', {label: zh ? '周斌' : 'Zhou Bin'});
    await clean(keeper);
    await shot(keeper, `new-phone-install-${lang}`);
    await keeper.click('form[action$="/install"] button');
    await keeper.waitForSelector('.st.grn');
    await keeper.goto(`${phone}/print`);
    await clean(keeper);
    await keeper.goto('/hotline/new-telephones');
    await clean(keeper);

    // Nobody is judged unheard.
    await keeper.goto('/hotline/violations/new');
    await keeper.selectOption('#about', {label: zh ? '陈晓雯' : 'Chen Xiaowen'});
    await keeper.locator('label:has([name=kind][value=private_call])').click();
    await keeper.fill('#what', '上班时间打私人电话');
    await clean(keeper);
    await shot(keeper, `violation-new-${lang}`);
    await keeper.keyboard.press('Control+Enter');
    await keeper.waitForURL(/\/violations\/[0-9a-f]{32}$/);
    const violation = new URL(keeper.url()).pathname;
    const mine = await at(t, 'chenxiaowen', violation, locale, PHONE);
    await mine.fill('#text', '孩子发烧，老师来电');
    await clean(mine);
    assert.ok(await narrow(mine), 'no wider than the phone');
    await shot(mine, `violation-phone-${lang}`);
    await mine.click('form[action$="/answer"] button');
    await mine.waitForSelector('.st.blu');
    await head.setViewportSize({width: 1440, height: 900});
    await head.goto(violation);
    await head.locator('label:has([name=severity][value=minor])').click();
    await head.fill('#reason', '首次，简短');
    await clean(head);
    await shot(head, `violation-${lang}`);
    await head.click('form[action$="/decide"] button');
    await head.waitForSelector('.st.grn');
    await head.goto('/hotline/violations?view=all');
    await clean(head);

    // A check: of a fault more is asked.
    await keeper.goto('/hotline/checks/new');
    assert.equal(await keeper.locator('#what0').isVisible(), false);
    await keeper.locator('label:has([name=result0][value=fault])').click();
    await keeper.waitForSelector('#what0:visible');
    await keeper.fill('#what0', '听筒有杂音');
    await keeper.selectOption('#cause0', 'damage');
    await keeper.selectOption('#mender0', {label: zh ? '王建国' : 'Wang Jianguo'});
    await keeper.fill('#by0', '2099-01-01');
    await keeper.keyboard.press('Control+Enter');
    await keeper.waitForSelector('main .alert.red[role=alert]:visible');
    assert.equal(await keeper.inputValue('#what0'), '听筒有杂音');
    const soon = new Date(Date.now() + 5 * 86400000).toISOString().slice(0, 10);
    await keeper.fill('#by0', soon);
    await clean(keeper);
    await shot(keeper, `line-check-new-${lang}`);
    await keeper.keyboard.press('Control+Enter');
    await keeper.waitForURL(/\/checks\/[0-9a-f]{32}$/);
    await clean(keeper);
    await keeper.goto('/hotline/checks');
    await clean(keeper);
    await shot(keeper, `line-checks-${lang}`);
    await keeper.setViewportSize(PHONE);
    await keeper.reload();
    assert.ok(await narrow(keeper), 'no wider than the phone');
    await shot(keeper, `line-checks-phone-${lang}`);
    for (const list of ['/hotline/findings', '/hotline/use', '/hotline/telephones', '/hotline/checks/new']) {
      await keeper.goto(list);
      await clean(keeper);
      assert.ok(await narrow(keeper), `${list} is no wider than the phone`);
    }
  });
}
