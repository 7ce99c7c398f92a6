// A small server of static pages for the tests of the style sheet and the script: the product's own dist/ files under the
// product's own CSP, and answers as the product's server gives them. No rule of the product is in here.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import {gallery} from './gallery.mjs';
import {root} from './lib.mjs';

const dist = path.join(root, 'crates/web/dist');
const manifest = JSON.parse(fs.readFileSync(path.join(dist, 'manifest.json'), 'utf8')).files;
export const asset = name => `/assets/${manifest[name].name}`;
const MIME = {css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml', txt: 'text/plain'};
export const CSP = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export const icon = (name, cls = '') => `<svg class="i ${cls}" aria-hidden="true"><use href="${asset('icons.svg')}#${name}"/></svg>`;
const L10N = {
  'left-d': '剩 {d} 天 {h} 时', 'left-hm': '剩 {h} 时 {mm} 分', 'left-m': '剩 {$m} 分',
  'over-d': '超时 {d} 天 {h} 时', 'over-hm': '超时 {h} 时 {mm} 分', 'over-m': '超时 {m} 分', 'over-now': '刚超时',
  'draft-saving': '正在保存', 'draft-saved': '已保存 {t}', 'draft-offline': '离线，已留在本机', 'draft-failed': '未存到服务器，正在重试', 'draft-restored': '已取回未存的内容',
  'live-connected': '实时连接正常', 'live-reconnecting': '实时连接中断，正在重连', 'combo-count': '{n} 个匹配', 'combo-none': '无匹配',
  'upload-queued': '待上传', 'upload-sending': '上传中', 'upload-failed': '{s} 秒后重试', 'upload-refused': '未传成', 'upload-done': '已上传', 'upload-remove': '移除 {name}',
  'lock-warning': '{s} 秒后锁定', 'selected': '已选 {n} 项', 'privacy-id': '请勿记录身份证号', 'privacy-card': '请勿记录银行卡号', 'copied': '已复制',
  'failed-server': '系统出错，请稍后重试', 'failed': '网络不通，请检查连接',
};
export function html(body, {title = '测试页', attrs = '', theme = 'light', sign = false, lang = 'zh-CN', user = 'u1'} = {}) {
  return `<!doctype html><html lang="${lang}" data-theme="${theme}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover"><title>${title}</title>
<meta name="now" content="${Date.now()}"><meta name="csrf" content="c5rf"><meta name="htmx-config" content='{"includeIndicatorCSS":false}'>
<link rel="icon" href="${asset('favicon.svg')}"><link rel="stylesheet" href="${asset('app.css')}">
<script src="${asset('app.js')}" defer></script>${sign ? `<script src="${asset('sign.js')}" defer></script>` : ''}
</head><body data-user="${user}" ${attrs}>${body}<template id="l10n" ${Object.entries(L10N).map(([k, v]) => `data-${k}="${v}"`).join(' ')}></template></body></html>`;
}
const main = (title, body) => `<main class="main" id="main"><h1>${title}</h1>${body}</main>`;
const ERROR = `<div class="alert red" role="alert" data-error-line hidden><span data-error-text></span></div>`;

const ITEMS = [['wslls', '给排水 / 卫生间漏水', 'i1'], ['wslss', '给排水 / 卫生间渗水（顶板）', 'i2'], ['dz', '电气 / 灯不亮', 'i3']];

export function pages() {
  const key = 'k'.repeat(32);
  return {
    keys: html(main('按键', `<p id="log" role="status"></p>
      <div class="search" role="search"><form action="/find"><input id="q" type="search" name="q" data-search role="combobox" aria-label="全局搜索" aria-expanded="false" aria-controls="hits" aria-autocomplete="list" autocomplete="off" hx-get="/find" hx-trigger="query delay:60ms" hx-target="#hits" hx-sync="this:replace"><div id="hits" class="hits" role="listbox" aria-label="结果" hidden></div></form></div>
      <form id="f" action="/post" method="post" hx-post="/slow" hx-target="#log">
      <div class="seg" role="radiogroup" aria-label="类别"><label><input type="radio" name="kind" value="a" data-key="Alt+1" checked><span>咨询</span></label><label><input type="radio" name="kind" value="b" data-key="Alt+2"><span>报修</span></label></div>
      <label for="note">内容</label><textarea class="ta" id="note" name="note"></textarea>
      <fieldset data-show-if="kind=b"><label for="fee">费用</label><input class="in" id="fee" name="fee"></fieldset>
      <button class="btn" type="button" data-key="F9" data-copy="f9">当场答复 <kbd>F9</kbd></button>
      <button class="btn" type="button" data-key="F8" aria-disabled="true" data-copy="never">转接</button>
      <button class="btn" type="button" data-key="N" data-dialog-open="#dlg">记录沟通 <kbd>N</kbd></button>
      <button class="btn pri" type="submit" data-key="Ctrl+Enter">派单</button></form>
      <details class="menu"><summary class="btn">更多</summary><div class="pop"><button type="button" data-theme-set="dark">深色</button></div></details>
      <button class="btn" type="button" data-dialog-open="#keys">${icon('keyboard')}全部快捷键</button>
      <dialog class="dlg" id="dlg" aria-label="记录沟通"><div class="bd"><button class="btn" type="button" data-dialog-close data-key="F9">关</button></div></dialog>
      <dialog class="dlg" id="keys" aria-label="快捷键"><div class="bd"><dl class="keylist" data-keys-list></dl></div></dialog>`)),
    combo: html(main('事项', `<form method="post" action="/post"><label for="item">事项</label>
      <div class="combo"><input class="in" id="item" name="item_text" data-combo="item-id" role="combobox" aria-expanded="false" aria-controls="item-list" aria-autocomplete="list" autocomplete="off" hx-get="/items" hx-trigger="query delay:60ms" hx-target="#item-list" hx-sync="this:replace"><ul class="pop" id="item-list" role="listbox" aria-label="匹配事项" hidden></ul></div>
      <input type="hidden" name="item" id="item-id"><p id="said" hx-get="/said" hx-trigger="change from:#item-id" hx-include="#item-id" hx-target="this"></p>
      <label for="free">位置</label><div class="combo"><input class="in" id="free" name="place" data-combo="free-id" data-combo-free role="combobox" aria-expanded="false" aria-controls="free-list" aria-autocomplete="list" autocomplete="off" hx-get="/items" hx-trigger="query delay:60ms" hx-target="#free-list" hx-sync="this:replace"><ul class="pop" id="free-list" role="listbox" aria-label="位置" hidden></ul></div><input type="hidden" name="place_id" id="free-id">
      <span class="vh" role="status" data-combo-live></span><button class="btn">送出</button></form>`)),
    due: html(main('时限', `<ul class="list"><li data-due-row id="row"><a href="#"><span class="sla ok" id="a" data-state="ok" data-due="${Date.now() + 200 * 60000}" data-near="900000">${icon('clock')}<span data-due-text>剩 3 时 20 分</span></span></a></li></ul>
      <span class="sla near" id="b" data-state="near" data-due="${Date.now() + 2500}" data-near="900000">${icon('clock')}<span data-due-text>剩 1 分</span></span>
      <span class="sla over" id="c" data-state="over" data-due="${Date.now() - 18 * 60000 - 1000}">${icon('alarm')}<span data-due-text>超时 18 分</span></span>
      <b id="d" data-since="${Date.now() - 38000}">00:00</b> <time id="e" data-clock="Asia/Shanghai"></time>`)),
    draft: html(main('登记', `<form method="post" action="/post" data-draft="contact" data-draft-url="/drafts/contact" data-draft-at="0">
      <input type="hidden" name="_key" value="${key}"><label for="text">内容</label><textarea class="ta" id="text" name="text" data-privacy></textarea>
      <label for="pw">口令</label><input class="in" id="pw" type="password" name="pw" autocomplete="off">
      <label class="ck"><input type="checkbox" name="ok" value="1">已告知</label><p class="draft" data-draft-state></p><button class="btn pri">登记</button></form>`)),
    photo: html(main('照片', `<div class="photos" id="list"><label class="add">${icon('camera', 'xl')}拍照<input class="vh" id="file" type="file" accept="image/*" multiple data-upload="/upload" data-shrink data-kind="after" data-list="#list"></label></div>`)),
    sign: html(`<main class="mmain"><h1>签字</h1><form method="post" action="/post"><div class="sign"><canvas id="pad" data-sign data-target="signature" role="img" aria-label="签字区"></canvas></div><input type="hidden" name="signature"><button class="btn" type="button" data-sign-clear=".sign">重签</button></form></main>`, {sign: true, attrs: 'class="m"'}),
    live: html(main('队列', `${ERROR}<div id="live" hx-sse:connect="/events" hx-swap="none"></div>
      <b id="count">1</b><p id="card" hx-get="/said" hx-trigger="call from:#live, live from:body"></p><span class="st" data-live-state>…</span><button id="boom" hx-get="/boom" hx-target="#card" type="button">x</button>`)),
    table: html(main('清单', `<table class="t"><thead><tr><th scope="col"><input type="checkbox" data-check-all="ids" aria-label="全选"></th><th scope="col">单号</th></tr></thead><tbody data-rows>${[1, 2, 3, 4].map(i => `<tr data-row><td><input type="checkbox" name="ids" value="${i}" aria-label="选择 ${i}"></td><td><a href="#r${i}" id="r${i}">LX-${i}</a></td></tr>`).join('')}</tbody></table><span data-check-count></span> <button class="btn" data-bulk disabled>催办</button>`)),
    lock: html(main('工作台', `<form data-draft="contact" data-draft-url="/drafts/contact"><label for="text">内容</label><textarea class="ta" id="text" name="text"></textarea></form><div class="floatbar" role="alert" data-lock-warning hidden><span data-lock-text></span></div>`), {attrs: 'data-lock-after="4" data-lock-warn="2" data-lock-url="/session/lock" data-lock-page="/locked" data-locked-text="已锁定"'}),
    locked: html(`<main><h1>已锁定</h1></main>`, {attrs: 'class="gate"'}),
    error: html(main('表单', `<form method="post" action="/post" hx-post="/refuse" hx-target="#fields"><div id="fields"><label for="room">房号</label><input class="in" id="room" name="room"></div><button class="btn">送出</button></form>`)),
  };
}

/** What the server saw, and what it should do next. */
export function newState() {
  return {drafts: [], posts: [], uploads: [], locks: 0, streams: 0, clients: new Set(), lastIds: [], failUploads: 0, refuseUpload: false, draftStatus: 204, streamStatus: 200, delay: 0, queries: []};
}

export async function startFixtures() {
  const server = http.createServer(async (request, answer) => {
    const url = new URL(request.url, 'http://fixture');
    const state = api.state;
    const body = async () => { const parts = []; for await (const part of request) parts.push(part); return Buffer.concat(parts); };
    const send = (text, status = 200, type = 'text/html; charset=utf-8', extra = {}) => {
      answer.writeHead(status, {'content-type': type, 'content-security-policy': CSP, 'cache-control': 'no-store', ...extra});
      answer.end(text);
    };
    const name = url.pathname.slice(1);
    if (name.startsWith('assets/')) {
      const file = path.join(dist, path.basename(name));
      if (!fs.existsSync(file)) return send('', 404);
      return send(fs.readFileSync(file), 200, MIME[path.extname(file).slice(1)], {'cache-control': 'public, max-age=31536000, immutable'});
    }
    if (name.startsWith('gallery/')) { const made = gallery(name.slice(8), {icon, html, asset}); return made ? send(made) : send('', 404); }
    if (name === 'items') {
      const q = url.searchParams.get('item_text') ?? url.searchParams.get('place') ?? '';
      state.queries.push(q);
      await new Promise(done => setTimeout(done, state.delay));
      const hits = ITEMS.filter(([code, text]) => !q || code.startsWith(q) || text.includes(q));
      return send(hits.map(([, text, id]) => `<li role="option" data-value="${id}" data-text="${text}">${icon('droplet')}${text}</li>`).join(''));
    }
    if (name === 'find' && request.headers['hx-request']) return send(`<a role="option" tabindex="-1" href="#unit">3-1-1201 <span class="mut">周晓敏</span></a><a role="option" tabindex="-1" href="#case">BX-0037</a>`);
    if (name === 'said') return send(`said ${url.searchParams.get('item') ?? ''}`);
    if (name === 'boom') return send('<p>Internal</p>', 500);
    if (name === 'refuse') { await body(); return send('<label for="room">房号</label><input class="in" id="room" name="room" aria-invalid="true" aria-describedby="room-e"><p class="err" id="room-e">请填写房号</p>', 422); }
    if (name === 'slow') { state.posts.push((await body()).toString()); await new Promise(done => setTimeout(done, 300)); return send('done'); }
    if (name === 'post') { state.posts.push((await body()).toString()); await new Promise(done => setTimeout(done, 300)); return send(html(main('完成', ''))); }
    if (name === 'drafts/contact') {
      const text = (await body()).toString();
      if (state.draftStatus < 400) state.drafts.push({...JSON.parse(text), csrf: request.headers['x-csrf-token']});
      return send('', state.draftStatus);
    }
    if (name === 'upload') {
      const bytes = await body();
      if (state.failUploads-- > 0) return send('', 503);
      if (state.refuseUpload) return send('图片太大', 413, 'text/plain; charset=utf-8');
      const text = bytes.toString('latin1');
      const start = text.indexOf('\r\n\r\n', text.indexOf('name="file"')) + 4;
      state.uploads.push({key: /name="_key"\r\n\r\n(\w+)/.exec(text)?.[1], kind: /name="kind"\r\n\r\n(\w*)/.exec(text)?.[1], bytes: bytes.subarray(start, text.lastIndexOf('\r\n--'))});
      return send('<div class="ph stored" data-state="stored"><span class="cap">维修后</span></div>');
    }
    if (name === 'session/lock') { state.locks++; return send('', 204); }
    if (name === 'events') {
      if (state.streamStatus !== 200) return send('', state.streamStatus);
      state.streams++;
      state.lastIds.push(request.headers['last-event-id'] ?? '');
      answer.writeHead(200, {'content-type': 'text/event-stream', 'cache-control': 'no-store'});
      answer.write(': hello\n\n');
      state.clients.add(answer);
      request.on('close', () => state.clients.delete(answer));
      return;
    }
    const made = pages()[name];
    return made ? send(made) : send('', 404);
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const api = {
    base: `http://127.0.0.1:${server.address().port}`,
    state: newState(),
    push(data, {event, id} = {}) {
      const text = (event ? `event: ${event}\n` : '') + (id ? `id: ${id}\n` : '') + data.split('\n').map(l => `data: ${l}`).join('\n') + '\n\n';
      for (const client of api.state.clients) client.write(text);
    },
    drop() { for (const client of api.state.clients) client.destroy(); },
    reset() { api.drop(); api.state = newState(); },
    async stop() { server.closeAllConnections(); await new Promise(done => server.close(done)); },
  };
  return api;
}
