// app.js: what the pages do by themselves. No framework, no inline handlers, no markup made of data: every text comes from
// the server (<template id="l10n">), every act is a form or a link that works without this file. The contract with the
// templates is in README.md beside this file. Whole-line comments are cut by the build: keep code off those lines.
(() => {
'use strict';
const doc = document;
const root = doc.documentElement;
const $ = (sel, from = doc) => from.querySelector(sel);
const $$ = (sel, from = doc) => [...from.querySelectorAll(sel)];
const on = (type, fn, opt) => doc.addEventListener(type, fn, opt);
const visible = el => el.getClientRects().length > 0;
const fire = (el, type, detail) => el.dispatchEvent(new CustomEvent(type, {bubbles: true, cancelable: true, detail}));
const sleep = ms => new Promise(done => setTimeout(done, ms));

// ---------- texts, and calls to the server ----------
const t = (key, vars = {}) =>
  ($('#l10n')?.getAttribute('data-' + key) ?? '').replace(/\{\s*\$?(\w+)\s*\}/g, (all, name) => vars[name] ?? all);
const csrf = () => $('meta[name=csrf]')?.content;
const headers = extra => ({...(csrf() ? {'X-CSRF-Token': csrf()} : {}), ...extra});
on('htmx:config:request', e => {
  if (csrf() && e.detail.ctx.request.method !== 'GET') e.detail.ctx.request.headers['X-CSRF-Token'] = csrf();
});

// The server's time: a front-desk PC's clock may be wrong. The stream corrects it (event "now").
let offset = 0;
const setNow = ms => { if (Number.isFinite(ms) && ms > 0) offset = ms - Date.now(); };
setNow(+$('meta[name=now]')?.content);
const now = () => Date.now() + offset;

// ---------- storage that may be refused ----------
const store = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, value); return true; } catch { return false; } },
  del(key) { try { localStorage.removeItem(key); } catch { /* nothing to remove */ } },
};

// ---------- keys ----------
// While an IME composes, no key is ours: Enter and digits choose candidates.
const composing = e => e.isComposing || e.keyCode === 229;
const TYPING = 'textarea,select,[contenteditable=""],[contenteditable=true],' +
  'input:not([type=radio]):not([type=checkbox]):not([type=button]):not([type=submit]):not([type=file])';
const topDialog = () => $$('dialog[open]').filter(d => d.matches(':modal')).pop();

function comboOf(e) {
  let key = e.key;
  // Alt changes the character on some layouts; the physical key is what the label means.
  if (e.altKey && /^(Digit|Key|Numpad)\w$/.test(e.code)) key = e.code.slice(-1);
  if (key.length === 1) key = key.toUpperCase();
  return (e.ctrlKey ? 'Ctrl+' : '') + (e.altKey ? 'Alt+' : '') + (e.shiftKey && key.length > 1 ? 'Shift+' : '') + key;
}

function press(el) {
  if (el.matches('[aria-disabled=true]')) return el.focus();
  if (el.matches('textarea,select') || (el.matches('input') && el.matches(TYPING))) return el.focus();
  el.click();
}

on('keydown', e => {
  if (composing(e) || e.defaultPrevented || e.metaKey) return;
  if (e.key === 'Escape') return escape(e);
  const typing = e.target.closest?.(TYPING);
  const combo = comboOf(e);
  const single = !e.ctrlKey && !e.altKey && e.key.length === 1;
  // WCAG 2.1.4: single-character keys only outside fields, and they can be switched off.
  // An empty search-as-you-type field has nothing that begins with / or ?: there they work as well (data-keys-when-empty).
  const open = typing && e.target.dataset.keysWhenEmpty !== undefined && !e.target.value && /^[/?]$/.test(e.key);
  if (single && ((typing && !open) || doc.body.dataset.singleKeys === 'off')) return;
  if (!single && typing && !e.ctrlKey && !e.altKey && !/^F\d+$/.test(e.key)) return;
  const scope = topDialog() ?? doc;
  const found = $$('[data-key]', scope).filter(el => el.dataset.key.toUpperCase() === combo.toUpperCase() && !el.disabled
    && (visible(el) || el.matches('[data-key-hidden]')));
  const form = e.target.form ?? e.target.closest?.('form');
  let el = found.find(x => form && (x.form === form || form.contains(x))) ?? found[0];
  // What is being written is sent, and never another form of the page: without a key of its own, by its own first button.
  if (combo === 'Ctrl+Enter' && form && el?.form && el.form !== form)
    el = [...form.elements].find(x => x.type === 'submit' && !x.disabled && visible(x) && scope.contains(x));
  if (!el && combo === '/') el = $('[data-search]', scope);
  if (!el && combo === '?') el = $('[data-dialog-open="#keys"]') ?? $('#keys');
  if (!el) return;
  e.preventDefault();
  if (e.repeat) return;
  if (el.id === 'keys') return openDialog(el);
  if (el.matches('[data-search]')) { el.focus(); return el.select(); }
  press(el);
});

// Esc closes the top layer: candidates (they stop the event themselves), an open menu; a modal dialog closes natively.
function escape(e) {
  if (topDialog()) return;
  const menu = $$('details.menu[open]').pop();
  if (menu) { menu.open = false; $('summary', menu).focus(); return e.preventDefault(); }
  // Nothing to close: Esc leaves such a field, so that the single keys work.
  if (e.target.dataset?.keysWhenEmpty !== undefined && !e.target.value) return e.target.blur();
  const back = $('[data-escape]');
  if (back && visible(back) && !e.target.closest(TYPING)) { e.preventDefault(); back.click(); }
}
on('click', e => $$('details.menu[open]').forEach(m => { if (!m.contains(e.target)) m.open = false; }));

const ARIA = {Ctrl: 'Control'};
function markKeys(from) {
  $$('[data-key]', from).forEach(el =>
    el.setAttribute('aria-keyshortcuts', el.dataset.key.split('+').map(k => ARIA[k] ?? k).join('+')));
}

// The help lists what this page has, so it cannot be out of date. Rows the server wrote stay above.
function listKeys(dialog) {
  const list = $('[data-keys-list]', dialog);
  if (!list) return;
  $$('[data-made]', list).forEach(x => x.remove());
  const seen = new Set();
  $$('[data-key]').filter(el => visible(el) && !dialog.contains(el)).forEach(el => {
    if (seen.has(el.dataset.key)) return;
    seen.add(el.dataset.key);
    const label = el.dataset.keyLabel ?? el.getAttribute('aria-label') ?? plain(el.closest('label') ?? el);
    const dt = doc.createElement('dt'), dd = doc.createElement('dd'), kbd = doc.createElement('kbd');
    dt.dataset.made = dd.dataset.made = '';
    kbd.textContent = el.dataset.key.replaceAll('+', ' ');
    dd.textContent = label;
    dt.append(kbd);
    list.append(dt, dd);
  });
}
function plain(el) {
  const copy = el.cloneNode(true);
  $$('kbd,svg,.vh', copy).forEach(x => x.remove());
  return copy.textContent.trim().replace(/\s+/g, ' ');
}

// ---------- dialogs, copy, print, theme ----------
function openDialog(dialog) {
  if (!dialog || dialog.open) return;
  if (dialog.id === 'keys') listKeys(dialog);
  dialog.showModal();
}
on('click', e => {
  const el = e.target.closest?.('[data-dialog-open],[data-dialog-close],[data-fill],[data-copy],[data-print],[data-theme-set],[data-theme-toggle],[data-reload]');
  if (!el) {
    // A click on the ground of a dialog that only shows something closes it.
    if (e.target.matches?.('dialog.drawer,dialog[data-light]')) e.target.close();
    return;
  }
  if (el.matches('[aria-disabled=true]')) return e.preventDefault();
  const d = el.dataset;
  if (d.fill) fillIn(el);
  if (d.dialogOpen) { if (el.tagName === 'A') e.preventDefault(); openDialog($(d.dialogOpen)); }
  if (d.dialogClose !== undefined) el.closest('dialog')?.close();
  if (d.copy !== undefined) copy(el);
  if (d.print !== undefined) print();
  if (d.reload !== undefined) location.reload();
  if (d.themeSet) setTheme(d.themeSet);
  if (d.themeToggle !== undefined) setTheme(isDark() ? 'light' : 'dark');
});
on('click', e => { if (e.target.closest?.('a[aria-disabled=true],button[aria-disabled=true]')) { e.preventDefault(); e.stopImmediatePropagation(); } }, true);
on('dialog:close', () => topDialog()?.close());

// An answer that came goes into the field that it answers. What somebody has written there stays: the answer follows it.
const filled = new WeakMap();
function fillIn(el) {
  const field = $(el.dataset.fill), from = $(el.dataset.fillFrom);
  if (!field || !from) return;
  const text = from.textContent.trim(), own = field.value.trim();
  const untouched = !own || own === filled.get(field);
  if (!untouched && own.includes(text)) return field.focus();
  field.value = untouched ? text : own + (field.matches('textarea') ? '\n' : ' · ') + text;
  filled.set(field, field.value.trim());
  fire(field, 'input');
}

async function copy(el) {
  const from = el.dataset.copy.startsWith('#') ? $(el.dataset.copy) : null;
  const text = from ? (from.value ?? from.textContent.trim()) : el.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without TLS on the local network there is no clipboard interface.
    const area = doc.createElement('textarea');
    area.className = 'vh';
    area.value = text;
    (el.closest('dialog') ?? doc.body).append(area);
    area.select();
    doc.execCommand('copy');
    area.remove();
    el.focus();
  }
  const label = $('[data-copy-label]', el) ?? (el.childElementCount ? null : el);
  if (!label || !t('copied')) return;
  label.dataset.was ??= label.textContent;
  label.textContent = t('copied');
  setTimeout(() => { label.textContent = label.dataset.was; }, 2000);
}

const isDark = () => getComputedStyle(root).colorScheme === 'dark';
function setTheme(theme) {
  root.dataset.theme = theme;
  doc.cookie = `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax` + (location.protocol === 'https:' ? '; Secure' : '');
  $$('[data-theme-set]').forEach(el => el.setAttribute('aria-pressed', String(el.dataset.themeSet === theme)));
}

// ---------- combobox and global search ----------
// The server swaps [role=option] elements into the list named by aria-controls; this file only moves, picks and tells.
// The field asks by the event "query" (debounced by hx-trigger), which never fires while an IME composes.
const asks = el => el.matches?.('[data-combo],[data-search],[data-query]');
const listOf = input => doc.getElementById(input.getAttribute('aria-controls'));
const optionsOf = input => $$('[role=option]:not([aria-disabled=true])', listOf(input) ?? doc.createElement('i'));
const active = input => doc.getElementById(input.getAttribute('aria-activedescendant') || ' ');
const pending = new WeakMap();
// What the arrows have chosen stays chosen when a late answer brings the same candidates again.
const chosen = new WeakMap();
const nameOf = option => option.dataset.value ?? option.getAttribute('href') ?? option.textContent;

function ask(input) {
  pending.set(input, 'asked');
  fire(input, 'query');
}
on('input', e => {
  const el = e.target;
  if (!asks(el)) return;
  chosen.delete(el);
  if (el.dataset.combo) {
    const hidden = doc.getElementById(el.dataset.combo);
    if (hidden?.value) { hidden.value = ''; fire(hidden, 'change'); }
    el.removeAttribute('data-unpicked');
  }
  if (!e.isComposing) ask(el);
});
on('compositionend', e => { if (asks(e.target)) ask(e.target); });
// Who types before htmx has bound the field is asked for again once it has.
on('htmx:after:init', e => { if (asks(e.target) && pending.has(e.target)) fire(e.target, 'query'); });
on('focusin', e => { if (e.target.matches?.('[data-combo-open]') && !e.target.value) ask(e.target); });

function setActive(input, option) {
  optionsOf(input).forEach(o => o.setAttribute('aria-selected', String(o === option)));
  if (!option) return input.removeAttribute('aria-activedescendant');
  input.setAttribute('aria-activedescendant', option.id);
  option.scrollIntoView({block: 'nearest'});
}
function show(input) {
  const list = listOf(input);
  if (!list) return;
  $$('[role=option]', list).forEach((o, i) => { o.id ||= `${list.id}-${i}`; o.setAttribute('aria-selected', 'false'); });
  list.hidden = !list.childElementCount;
  input.setAttribute('aria-expanded', String(!list.hidden));
  const again = chosen.has(input) && optionsOf(input).find(o => nameOf(o) === chosen.get(input));
  setActive(input, again || (input.dataset.comboFree === undefined ? optionsOf(input)[0] : null));
  const live = $('[data-combo-live]');
  if (live) live.textContent = optionsOf(input).length ? t('combo-count', {n: optionsOf(input).length}) : t('combo-none');
}
function hide(input) {
  chosen.delete(input);
  const list = listOf(input);
  if (list) list.hidden = true;
  input.setAttribute('aria-expanded', 'false');
  setActive(input, null);
}
const opened = input => input.getAttribute('aria-expanded') === 'true';

function pick(input, option) {
  hide(input);
  pending.delete(input);
  if (option.hasAttribute('href')) return option.click();
  input.value = option.dataset.text ?? plain(option);
  input.removeAttribute('data-unpicked');
  input.removeAttribute('aria-invalid');
  const hidden = doc.getElementById(input.dataset.combo);
  if (hidden) { hidden.value = option.dataset.value ?? ''; fire(hidden, 'change'); }
  fire(input, 'combo:pick', {...option.dataset});
  const next = input.dataset.next && $(input.dataset.next);
  if (next) { next.focus(); next.select?.(); }
}

// An answer counts only if it is the answer to what stands in the field now, and only until Escape or a pick.
on('htmx:after:swap', e => {
  const ctx = e.detail?.ctx, input = ctx?.sourceElement;
  if (!input || !asks(input) || input.dataset.query !== undefined) return;
  const asked = new URL(ctx.request.action, location.href).searchParams.get(input.name);
  if (asked !== null && asked !== input.value) return;
  const wanted = pending.get(input);
  pending.delete(input);
  if (!wanted || ctx.response?.status >= 400 || (doc.activeElement !== input && wanted !== 'enter')) return;
  show(input);
  // Enter was pressed before the answer came: a fast typist gets what the first candidate is.
  if (wanted === 'enter') { const first = optionsOf(input)[0]; if (first) pick(input, first); }
});
on('htmx:error', e => { const input = e.detail?.ctx?.sourceElement; if (input) pending.delete(input); });

on('keydown', e => {
  const input = e.target;
  if (!input.matches?.('[data-combo],[data-search]') || composing(e) || e.ctrlKey || e.altKey || e.metaKey) return;
  const all = optionsOf(input), at = all.indexOf(active(input));
  const step = {ArrowDown: 1, ArrowUp: -1}[e.key];
  if (step) {
    e.preventDefault();
    if (!opened(input)) return all.length && !pending.has(input) ? show(input) : ask(input);
    if (!all.length) return;
    const next = all[(at + step + all.length + (at < 0 && step < 0 ? 1 : 0)) % all.length];
    chosen.set(input, nameOf(next));
    return setActive(input, next);
  }
  if (e.key === 'Escape' && (opened(input) || pending.delete(input))) {
    e.preventDefault();
    e.stopPropagation();
    pending.delete(input);
    return hide(input);
  }
  if (e.key === 'Enter') {
    if (pending.has(input) && input.value && input.dataset.comboFree === undefined) { e.preventDefault(); pending.set(input, 'enter'); return; }
    if (opened(input) && at >= 0) { e.preventDefault(); return pick(input, all[at]); }
    if (input.dataset.combo !== undefined && opened(input)) { e.preventDefault(); hide(input); }
  }
  // Tab takes the candidate too, but never a stale one, and never for a field that is only passed by.
  if (e.key === 'Tab' && !e.shiftKey && input.dataset.combo !== undefined) {
    if (pending.has(input) && input.value && input.dataset.comboFree === undefined) pending.set(input, 'enter');
    else if (opened(input) && at >= 0 && (input.value || chosen.has(input))) pick(input, all[at]);
  }
}, true);
on('mousedown', e => { if (e.target.closest?.('[role=listbox]')) e.preventDefault(); });
on('click', e => {
  const option = e.target.closest?.('[role=option]');
  const list = option?.closest('[role=listbox]');
  if (!list || option.hasAttribute('href')) return;
  const input = $(`[aria-controls="${CSS.escape(list.id)}"]`);
  if (input) pick(input, option);
});
on('focusout', e => {
  const input = e.target;
  if (!input.matches?.('[data-combo],[data-search]')) return;
  setTimeout(() => { if (doc.activeElement !== input) hide(input); }, 150);
  const hidden = doc.getElementById(input.dataset.combo || ' ');
  input.toggleAttribute('data-unpicked', !!hidden && input.dataset.comboFree === undefined && !!input.value && !hidden.value);
});

// ---------- time left ----------
// Minutes are rounded up while there is time and down when it is over; the server does the same.
function duration(ms) {
  const over = ms <= 0;
  const min = over ? Math.floor(-ms / 6e4) : Math.ceil(ms / 6e4);
  const d = Math.floor(min / 1440), h = Math.floor(min / 60) % 24, m = min % 60;
  const side = over ? 'over' : 'left';
  if (over && !min && t('over-now')) return t('over-now');
  const vars = {d, h, m, hh: String(h).padStart(2, '0'), mm: String(m).padStart(2, '0')};
  return t(`${side}-${d ? 'd' : h ? 'hm' : 'm'}`, vars);
}
// Where somebody waits on the line, each second counts: 0:38, and over 0:12.
function seconds(ms) {
  const s = ms > 0 ? Math.ceil(ms / 1000) : Math.floor(-ms / 1000);
  return t(ms > 0 ? 'left-s' : 'over-s', {t: Math.floor(s / 60) + ':' + String(s % 60).padStart(2, '0')});
}
const DUE_ICON = {ok: 'clock', near: 'clock', over: 'alarm'};
function tickDue(el) {
  const left = +el.dataset.due - now();
  const state = left <= 0 ? 'over' : left <= +(el.dataset.near || 0) ? 'near' : 'ok';
  const text = $('[data-due-text]', el) ?? (el.childElementCount ? null : el);
  const words = el.dataset.secs === undefined ? duration(left) : seconds(left);
  if (text && words && text.textContent !== words) text.textContent = words;
  if (el.dataset.state === state) return;
  const was = el.dataset.state;
  el.dataset.state = state;
  el.classList.remove('ok', 'near', 'over');
  el.classList.add(state);
  const use = $('use', el), href = use?.getAttribute('href');
  if (href) use.setAttribute('href', href.replace(/#.*/, '#' + DUE_ICON[state]));
  const row = el.closest('[data-due-row]');
  row?.classList.toggle('over', state === 'over');
  row?.classList.toggle('near', state === 'near');
  if (was) fire(el, 'due:' + state);
}
const clocks = new Map();
function tick() {
  if (doc.hidden) return;
  $$('[data-due]').forEach(tickDue);
  $$('[data-since]').forEach(el => {
    const s = Math.max(0, Math.floor((now() - el.dataset.since) / 1000));
    const text = (s >= 3600 ? Math.floor(s / 3600) + ':' : '') + String(Math.floor(s / 60) % 60).padStart(2, '0') + ':' + String(s % 60).padStart(2, '0');
    if (el.textContent !== text) el.textContent = text;
  });
  $$('[data-clock]').forEach(el => {
    const zone = el.dataset.clock || undefined;
    if (!clocks.has(zone)) {
      clocks.set(zone, new Intl.DateTimeFormat('en-GB', {timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23'}));
    }
    const text = clocks.get(zone).format(now());
    if (el.textContent !== text) el.textContent = text;
  });
  idle();
}
setInterval(tick, 1000);
on('visibilitychange', () => { tick(); idle(); });
// What was drawn anew shows its time at once, not at the next second.
on('htmx:after:swap', tick);

// On a phone the page begins at its head, not at the field that a keyboard would begin with.
if (matchMedia('(max-width:899px)').matches) {
  const begin = () => { if (doc.activeElement?.id === 'who-in') { doc.activeElement.blur(); scrollTo(0, 0); } };
  begin();
  // A browser may focus it later than this script runs, but not later than the first frame after everything is there.
  addEventListener('load', () => requestAnimationFrame(() => setTimeout(begin)));
}

// ---------- a ringing telephone ----------
// What rings is seen in the page and in its title; it sounds once a person has touched the page, as browsers ask for. The
// focus stays where somebody types.
let audio = null;
const wake = () => { audio ??= new AudioContext(); if (audio.state === 'suspended') audio.resume(); };
for (const act of ['pointerdown', 'keydown']) on(act, wake);
function tone() {
  if (audio?.state !== 'running') return;
  const from = audio.currentTime, volume = audio.createGain();
  volume.connect(audio.destination);
  volume.gain.setValueAtTime(0.08, from);
  volume.gain.setTargetAtTime(0, from + 0.9, 0.05);
  for (const hertz of [440, 480]) {
    const voice = audio.createOscillator();
    voice.frequency.value = hertz;
    voice.connect(volume);
    voice.start(from);
    voice.stop(from + 1.1);
  }
}
const quiet = doc.title;
const heard = new Set();
function rings(again) {
  const ringing = $$('[data-ring]');
  doc.title = ringing.length ? '\u260e ' + quiet : quiet;
  const here = ringing.filter(el => el.matches('[data-ring-mine]')).map(el => el.id);
  if (here.some(id => again || !heard.has(id))) tone();
  heard.clear();
  here.forEach(id => heard.add(id));
}
setInterval(() => rings(true), 5000);
on('htmx:after:swap', () => rings(false));

// A call that is answered at the own telephone opens its form by itself, once, where nothing has been typed. Who is typing is left
// alone: the card waits for its key.
const unfolded = new Set();
function opens(tries = 20) {
  const reg = $('#reg'), card = $('.ringcard[data-answered-mine]');
  if (!reg || !card || unfolded.has(card.id)) return;
  const button = $('button[hx-post$="/take"]', card);
  if (!button?.matches('[data-htmx-powered]')) {
    if (tries > 0) setTimeout(() => opens(tries - 1), 50);
    return;
  }
  unfolded.add(card.id);
  const at = doc.activeElement, writes = 'textarea, input:not([type=hidden], [type=radio], [type=checkbox])';
  // What a call before this one filled in from the archive was not typed.
  const fields = reg.elements.call?.value ? '#content, #place, #item_text' : writes;
  const types = $('dialog[open]') || at?.matches(writes) && at.value
    || $$(fields, reg).some(el => el.value.trim());
  if (!types && reg.elements.call?.value !== card.id.replace('call-', '')) button.click();
}
on('htmx:after:swap', () => opens());
opens();

// ---------- drafts ----------
// Saved on the server soon after typing and kept on this machine until the server has it. The server renders the saved
// values again; only what never reached it is put back from here.
const drafts = new WeakMap();
const draftKey = form => `draft:${doc.body.dataset.user ?? ''}:${form.dataset.draft}`;
function values(form) {
  const out = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== 'string' || name === '_csrf') continue;
    const field = form.elements[name];
    if (field?.type === 'password' || field?.dataset?.draft === 'no') continue;
    if (name in out) out[name] = [].concat(out[name], value); else out[name] = value;
  }
  return out;
}
function fill(form, saved) {
  for (const el of form.elements) {
    if (!el.name || el.type === 'file' || el.type === 'password' || el.type === 'submit' || el.name === '_csrf') continue;
    const value = [].concat(saved[el.name] ?? []);
    if (el.type === 'radio' || el.type === 'checkbox') el.checked = value.includes(el.value);
    else if (el.multiple) [...el.options].forEach(o => { o.selected = value.includes(o.value); });
    else if (value.length) el.value = value[0];
  }
  showIf(form);
}
function draftState(form, state) {
  const el = $('[data-draft-state]', form) ?? $(`[data-draft-state="${CSS.escape(form.dataset.draft)}"]`);
  if (!el) return;
  el.dataset.state = state;
  const at = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', timeZone: $('[data-clock]')?.dataset.clock || undefined}).format(now());
  el.textContent = t('draft-' + state, {t: at}) || t(state === 'failed' ? 'draft-offline' : 'draft-saved', {t: at});
}
function touch(form) {
  const d = drafts.get(form) ?? {};
  drafts.set(form, d);
  if (d.done) return;
  const fields = values(form), same = JSON.stringify(fields);
  // Leaving a field fires "change" after "input": nothing new.
  if (same === d.same) return;
  d.same = same;
  d.dirty = true;
  d.body = {at: Math.round(now()), fields};
  store.set(draftKey(form), JSON.stringify(d.body));
  clearTimeout(d.timer);
  d.timer = setTimeout(() => save(form), 800);
}
async function save(form, last) {
  const d = drafts.get(form);
  if (!d?.dirty || d.done) return;
  if (d.sending && !last) { d.again = true; return; }
  clearTimeout(d.timer);
  d.dirty = false;
  d.sending = new AbortController();
  const sent = d.body;
  draftState(form, 'saving');
  try {
    const answer = await fetch(form.dataset.draftUrl, {
      method: 'PUT', keepalive: !!last, credentials: 'same-origin', signal: d.sending.signal,
      headers: headers({'Content-Type': 'application/json'}), body: JSON.stringify(sent),
    });
    if (answer.status === 410) { d.done = true; store.del(draftKey(form)); return; }
    if (!answer.ok) throw new Error(String(answer.status));
    d.delay = 0;
    if (!d.dirty) store.del(draftKey(form));
    draftState(form, 'saved');
  } catch (error) {
    if (error.name === 'AbortError' || d.done) return;
    d.dirty = true;
    d.delay = Math.min((d.delay || 1000) * 2, 30000);
    draftState(form, navigator.onLine && /^\d+$/.test(error.message) ? 'failed' : 'offline');
    d.timer = setTimeout(() => save(form), d.delay);
  } finally {
    d.sending = null;
    if (d.again) { d.again = false; save(form); }
  }
}
const draftForms = () => $$('form[data-draft]');
const edited = e => { const form = e.target.form ?? e.target.closest?.('form'); if (form?.dataset.draft) touch(form); };
on('input', edited);
on('change', edited);
on('focusout', e => { const form = e.target.form; if (form?.dataset.draft) save(form); });
addEventListener('pagehide', () => draftForms().forEach(form => save(form, true)));
addEventListener('online', () => draftForms().forEach(form => save(form)));
const flushDrafts = () => Promise.all(draftForms().map(form => save(form)));
function restore(form) {
  if (drafts.has(form)) return;
  drafts.set(form, {});
  const raw = store.get(draftKey(form));
  if (!raw) return;
  try {
    const saved = JSON.parse(raw);
    // A form that was sent comes back only under the same key: otherwise it was registered.
    const sameKey = saved.fields._key && saved.fields._key === form.elements._key?.value;
    if ((saved.sent && !sameKey) || saved.at <= +(form.dataset.draftAt || 0)) return store.del(draftKey(form));
    fill(form, saved.fields);
    draftState(form, 'restored');
    const d = drafts.get(form);
    d.dirty = true;
    d.body = {at: saved.at, fields: saved.fields};
    d.timer = setTimeout(() => save(form), 800);
  } catch { store.del(draftKey(form)); }
}
function draftSent(form) {
  const d = drafts.get(form);
  if (!d) return;
  d.done = true;
  clearTimeout(d.timer);
  d.sending?.abort();
  const raw = store.get(draftKey(form));
  if (raw) store.set(draftKey(form), raw.replace(/^\{/, '{"sent":true,'));
}
function draftAnswered(form, ok) {
  const d = drafts.get(form);
  if (!d) return;
  if (ok) { store.del(draftKey(form)); drafts.set(form, {}); } else if (form.isConnected) { d.done = false; d.same = ''; touch(form); }
}

// ---------- a correction begins with what stands there ----------
// data-prefill="text" on a select: the field `text` begins with what stands in the chosen one (`was-` and its value), unless
// something else was typed into it.
doc.addEventListener('change', e => {
  const el = e.target.closest?.('select[data-prefill]');
  if (!el) return;
  const to = el.form.elements[el.dataset.prefill];
  const was = code => el.form.elements[`was-${code}`]?.value ?? '';
  const words = text => text.replace(/\s+/g, ' ').trim();
  if (words(to.value) && ![...el.options].some(o => words(was(o.value)) === words(to.value))) return;
  to.value = was(el.value);
});

// ---------- what is announced at once ----------
// [data-put-away] in it puts this one away, in this tab and until another comes; it stays among the notices.
const putAway = () => { try { return sessionStorage.getItem('put-away'); } catch { return null; } };
function hidePutAway() {
  const el = $('#loud > .loud');
  if (el) el.hidden = el.id === putAway();
}
on('htmx:after:swap', hidePutAway);
doc.addEventListener('click', e => {
  const el = e.target.closest?.('[data-put-away]')?.closest('.loud');
  if (!el) return;
  try { sessionStorage.setItem('put-away', el.id); } catch { /* put away until it is asked for again */ }
  el.hidden = true;
});

// ---------- what was typed beside the step that is taken ----------
// data-with="#other": the form takes along the fields of another form of the page in which something was changed, each with "d."
// before its name. data-changed on the other: it was refused, so what stands in it is not saved yet.
const changed = form => form.dataset.changed !== undefined || [...form.elements].some(el => (el.type === 'checkbox' || el.type === 'radio'
  ? el.checked !== el.defaultChecked : el.defaultValue !== undefined && el.type !== 'hidden' && el.value !== el.defaultValue));
addEventListener('submit', e => {
  const form = e.target;
  const other = form.dataset?.with && $(form.dataset.with);
  if (!other || form.dataset.busy !== undefined) return;
  $$('[data-taken]', form).forEach(el => el.remove());
  if (!changed(other)) return;
  for (const [name, value] of new FormData(other)) {
    if (name === '_key' || typeof value !== 'string') continue;
    const el = Object.assign(doc.createElement('input'), {type: 'hidden', name: `d.${name}`, value});
    el.dataset.taken = '';
    form.append(el);
  }
}, true);

// ---------- one form, one record ----------
// The second submit of the same form is stopped here; if it passes all the same, the server knows the key (_key).
addEventListener('submit', e => {
  const form = e.target;
  if (form.dataset.busy !== undefined) { e.preventDefault(); return e.stopImmediatePropagation(); }
  if (form.method !== 'post' && !form.hasAttribute('hx-post') && !form.hasAttribute('hx-put') && !form.hasAttribute('hx-patch')) return;
  if (form.dataset.noGuard !== undefined) return;
  form.dataset.busy = '';
  draftSent(form);
  const buttons = [...form.elements].filter(b => b.type === 'submit' && !b.disabled);
  const focused = doc.activeElement;
  // After this task: the pressed button's own name and value still travel.
  setTimeout(() => { if (form.dataset.busy !== undefined) buttons.forEach(b => { b.disabled = true; b.dataset.held = ''; }); });
  form._release = () => {
    delete form.dataset.busy;
    clearTimeout(form._timer);
    buttons.forEach(b => { if (b.dataset.held !== undefined) { b.disabled = false; delete b.dataset.held; } });
    if (form.contains(focused) && doc.activeElement === doc.body) focused.focus();
  };
  // A download leaves the page where it is; nobody should wait for ever.
  form._timer = setTimeout(() => form._release?.(), form.dataset.download !== undefined ? 2000 : 20000);
}, true);
on('htmx:finally:request', e => {
  const ctx = e.detail?.ctx;
  const form = ctx?.sourceElement?.closest?.('form');
  if (!form?._release || ctx.request.method === 'GET') return;
  form._release();
  draftAnswered(form, !!ctx.response && ctx.response.status < 400);
});
addEventListener('pageshow', e => {
  if (!e.persisted) return;
  $$('form').forEach(form => { form._release?.(); const d = drafts.get(form); if (d) d.done = false; });
  // Who comes back to a form that only begins something wants to begin another.
  $$('form[data-anew] [name=_key]').forEach(key => { key.value += '+'; });
  liveState(false);
  reconnect();
});

// ---------- forms ----------
// data-show-if="fee=paid|quote": the part shows only then, and what is hidden is not sent.
function showIf(form) {
  const beside = form.id ? $$(`[data-show-if][form="${CSS.escape(form.id)}"]`) : [];
  $$('[data-show-if]', form).concat(beside).forEach(part => {
    const [name, wanted] = part.dataset.showIf.split('=');
    const field = form.elements[name];
    if (!field) return;
    const value = field.type === 'checkbox' ? (field.checked ? field.value : '') : field.value;
    part.hidden = !wanted.split('|').includes(value);
    if (part.matches('fieldset')) part.disabled = part.hidden;
  });
}
on('change', e => { if (e.target.form) showIf(e.target.form); });
// [data-total] in a form of numbered rows (qty1, price1 …): what they come to. The server counts again.
on('input', e => {
  const out = e.target.form && $('[data-total]', e.target.form);
  if (!out) return;
  let sum = 0;
  for (let i = 1; i <= 8; i++) {
    const price = Number(e.target.form.elements['price' + i]?.value || 0), qty = Number(e.target.form.elements['qty' + i]?.value || 1);
    sum += Math.round(price * qty * 100);
  }
  out.textContent = Number.isFinite(sum) ? '¥' + (sum / 100).toFixed(2) : '–';
});
// "begun": somebody really writes: two characters in a field, or a choice. A stray key begins nothing.
on('input', e => {
  const form = e.target.form;
  if (form?.dataset.draft && (e.target.value.trim().length > 1 || !e.target.matches(TYPING))) fire(form, 'begun');
});
on('combo:pick', e => { if (e.target.form?.dataset.draft) fire(e.target.form, 'begun'); });
// data-follows="department" on a select: of its options only those with that field's value in data-department, and those without.
const whole = new WeakMap();
function follow(select) {
  const lead = select.form?.elements[select.dataset.follows];
  if (!lead) return;
  if (!whole.has(select)) whole.set(select, $$('option', select));
  const value = select.value;
  const fits = o => !o.dataset.department || !lead.value || o.dataset.department === lead.value;
  select.replaceChildren(...whole.get(select).filter(fits));
  const still = [...select.options].find(o => o.value === value);
  select.value = still ? value : (select.options[0]?.value ?? '');
}
on('change', e => {
  if (e.target.form) $$('[data-follows]', e.target.form).filter(s => s.dataset.follows === e.target.name).forEach(follow);
});
on('change', e => {
  const form = e.target.form;
  if (!form || !e.target.closest('[data-autosubmit]')) return;
  if (form.requestSubmit) form.requestSubmit(); else $('[type=submit]', form)?.click();
});
function focusFirstError(from) {
  const bad = $('[aria-invalid=true]', from) ?? $('[data-invalid] input', from) ?? $('[data-error-summary]', from);
  if (bad && visible(bad)) bad.focus();
  return bad;
}

// ETQ-4: identity and bank card numbers do not belong in a record.
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const isId = s => /^\d{17}[\dX]$/i.test(s) && /^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/.test(s.slice(6, 14))
  && '10X98765432'[WEIGHTS.reduce((sum, w, i) => sum + w * s[i], 0) % 11] === s[17].toUpperCase();
const isCard = s => /^\d{16,19}$/.test(s) && !/^(\d)\1+$/.test(s)
  && [...s].reverse().reduce((sum, c, i) => sum + (i % 2 ? (c * 2 > 9 ? c * 2 - 9 : c * 2) : +c), 0) % 10 === 0;
function privateNumber(text) {
  const s = text.normalize('NFKC');
  // An identity number may stand right beside a phone number: every 18 characters of a run are looked at.
  const ids = (s.match(/\d[\d -]{15,}[\dXx]/g) ?? []).map(run => run.replace(/[ -]/g, ''))
    .flatMap(run => Array.from({length: Math.max(0, run.length - 17)}, (_, i) => run.slice(i, i + 18)));
  const cards = [...s.split(/\D+/), ...(s.match(/\b\d{4}(?:[ -]\d{4}){3}(?:[ -]?\d{1,3})?\b/g) ?? []).map(c => c.replace(/\D/g, ''))];
  return ids.some(isId) ? 'id' : cards.some(isCard) ? 'card' : '';
}
on('input', e => {
  const el = e.target;
  if (!el.matches?.('[data-privacy]') || e.isComposing) return;
  const id = (el.id || el.name) + '-privacy';
  let line = doc.getElementById(id);
  const found = privateNumber(el.value);
  if (!line && !found) return;
  if (!line) {
    line = doc.createElement('div');
    line.id = id;
    line.className = 'warn';
    line.setAttribute('role', 'alert');
    el.after(line);
    el.setAttribute('aria-describedby', `${el.getAttribute('aria-describedby') ?? ''} ${id}`.trim());
  }
  line.hidden = !found;
  const words = found && (el.dataset.privacy || t('privacy-' + found));
  if (line.textContent !== words) line.textContent = words;
});

// ---------- lists ----------
// ↑↓ Home End move between the rows' links; Enter is the link's own.
on('keydown', e => {
  const list = e.target.closest?.('[data-rows]');
  if (!list || composing(e) || e.ctrlKey || e.altKey || e.metaKey || e.defaultPrevented) return;
  if (e.target.closest(TYPING)) return;
  const rows = $$('[data-row]', list).map(row => row.matches('a') ? row : $('a[href],button[data-open]', row)).filter(a => a && visible(a));
  const at = rows.findIndex(a => (a.closest('[data-row]') ?? a).contains(e.target));
  const to = {ArrowDown: Math.min(at + 1, rows.length - 1), ArrowUp: Math.max(at - 1, 0), Home: 0, End: rows.length - 1}[e.key];
  if (to === undefined || !rows.length) return;
  e.preventDefault();
  rows[to].focus();
  rows[to].scrollIntoView({block: 'nearest'});
});
let lastCheck = null;
on('click', e => {
  const box = e.target;
  if (!box.matches?.('[data-rows] input[type=checkbox]')) return;
  if (e.shiftKey && lastCheck?.isConnected && lastCheck.name === box.name) {
    const all = $$(`input[name="${CSS.escape(box.name)}"]`);
    const [a, b] = [all.indexOf(lastCheck), all.indexOf(box)].sort((x, y) => x - y);
    all.slice(a, b + 1).forEach(x => { x.checked = box.checked; });
  }
  lastCheck = box;
});
function countChecks() {
  $$('[data-check-all]').forEach(all => {
    const boxes = $$(`input[type=checkbox][name="${CSS.escape(all.dataset.checkAll)}"]`).filter(b => b !== all);
    const n = boxes.filter(b => b.checked).length;
    all.checked = n > 0 && n === boxes.length;
    all.indeterminate = n > 0 && n < boxes.length;
    boxes.forEach(b => b.closest('tr')?.classList.toggle('sel', b.checked));
    $$('[data-check-count]').forEach(el => { el.textContent = t('selected', {n}); });
    $$('[data-bulk]').forEach(b => { b.disabled = !n; });
  });
}
on('change', e => {
  const all = e.target.closest?.('[data-check-all]');
  if (all) $$(`input[type=checkbox][name="${CSS.escape(all.dataset.checkAll)}"]`).forEach(b => { b.checked = all.checked; });
  if (e.target.type === 'checkbox') countChecks();
});

// ---------- errors of requests, offline ----------
// 4xx bodies are swapped (the server answers 422 with the form); a 5xx or a dead line is one sentence, and the page stays.
if (window.htmx) Object.assign(htmx.config, {noSwap: [204, 304, '5xx']});
function errorLine(text) {
  const line = $('[data-error-line]');
  if (!line) return;
  ($('[data-error-text]', line) ?? line).textContent = text;
  line.hidden = !text;
}
on('htmx:response:error', e => {
  const status = e.detail.ctx.response.status;
  if (status >= 500) errorLine(t('failed-server') || t('failed'));
  if (status === 401) location.reload();
});
on('htmx:error', e => {
  // The stream and its polls tell their state in the footer.
  if (e.detail?.ctx && !e.detail.ctx.sourceElement?.matches?.('[data-quiet],' + LIVE)) errorLine(t('failed'));
});
on('htmx:after:request', e => { if (e.detail.ctx.response.status < 500) errorLine(''); });
function offline() { $$('[data-offline]').forEach(el => { el.hidden = navigator.onLine; }); }
addEventListener('online', offline);
addEventListener('offline', offline);

// ---------- live updates ----------
// hx-sse does the stream. Here: its state in words, a watchdog for lines that died silently, a first connection that
// failed, and asking meanwhile: the event "live" on the body, which is also what the stream says when something changed.
const LIVE = '[data-live],[hx-sse\\:connect]';
if (window.htmx) htmx.config.sse = {pauseOnBackground: false};
let live = null, seen = 0, poll = 0, tries = 0;
function liveState(up) {
  $$('[data-live-state]').forEach(el => {
    el.dataset.liveState = up ? 'connected' : 'reconnecting';
    el.classList.toggle('grn', up);
    el.classList.toggle('amb', !up);
    const text = t(up ? 'live-connected' : 'live-reconnecting');
    if (text && el.textContent !== text) el.textContent = text;
  });
  clearInterval(poll);
  if (!up && $(LIVE)) poll = setInterval(() => { if (!doc.hidden) fire(doc.body, 'live'); }, 15000);
}
on('htmx:sse:after:connection', e => {
  if (!e.target.matches(LIVE)) return;
  const again = live !== null;
  live = e.detail.connection;
  seen = 0;
  tries = 0;
  liveState(true);
  // What the stream could not replay, the elements fetch once.
  if (again) fire(doc.body, 'live');
});
on('htmx:sse:error', e => { if (e.target.matches(LIVE)) liveState(false); });
on('htmx:sse:before:connection', e => { if (e.target.matches(LIVE) && e.detail.connection.attempt > 0) liveState(false); });
on('htmx:sse:close', e => { if (e.target.matches(LIVE) && e.detail.reason !== 'message') { liveState(false); reconnect(); } });
on('now', e => { if (e.detail?.data) { setNow(+e.detail.data); seen = Date.now(); } });
// The session has ended elsewhere: what is on the screen is not for whoever looks now.
on('signed-out', () => location.reload());
setInterval(() => { if (live && seen && Date.now() - seen > 40000) { seen = Date.now(); live.reader?.cancel(); } }, 5000);
function reconnect() {
  const el = $(LIVE);
  if (!el) return;
  const delay = Math.min(1000 * 2 ** tries++, 30000) * (0.7 + Math.random() * 0.6);
  setTimeout(() => { if (el.isConnected && !el._htmx?.sse) fire(el, 'reconnect'); }, delay);
}
on('htmx:finally:request', e => {
  const el = e.detail?.ctx?.sourceElement;
  if (el?.matches?.(LIVE) && !el._htmx?.sse) { liveState(false); reconnect(); }
});

// ---------- idle lock ----------
// The time of the last act is shared by all tabs of the browser.
const lockAfter = +(doc.body?.dataset.lockAfter || 0) * 1000;
let marked = 0, locking = false, warned = false;
function act() {
  if (locking || !lockAfter || Date.now() - marked < 1000) return;
  marked = Date.now();
  store.set('active', String(marked));
  if (warned) { warned = false; $$('[data-lock-warning]').forEach(el => { el.hidden = true; }); }
}
if (lockAfter) {
  ['pointerdown', 'keydown', 'wheel', 'touchstart', 'input'].forEach(type => on(type, act, {passive: true, capture: true}));
  addEventListener('storage', e => { if (e.key === 'locked' && e.newValue) lock(false); });
  act();
}
function idle() {
  if (!lockAfter || locking) return;
  const left = Math.max(marked, +(store.get('active') || 0)) + lockAfter - Date.now();
  const before = Math.min(+(doc.body.dataset.lockWarn || 60) * 1000, lockAfter / 2);
  if (left <= 0) return lock(true);
  const warn = left <= before;
  if (warn || warned) {
    warned = warn;
    $$('[data-lock-warning]').forEach(el => {
      el.hidden = !warn;
      // Every ten seconds is enough for who listens; the last ten count down.
      const s = Math.ceil(left / 1000), shown = s > 10 ? Math.ceil(s / 10) * 10 : s;
      const text = $('[data-lock-text]', el) ?? el;
      const words = t('lock-warning', {s: shown});
      if (text.textContent !== words) text.textContent = words;
    });
  }
}
async function lock(first) {
  if (locking) return;
  locking = true;
  root.classList.add('locked');
  await Promise.race([flushDrafts(), sleep(3000)]);
  const d = doc.body.dataset;
  for (let wait = 1000; first; wait = Math.min(wait * 2, 30000)) {
    try {
      const answer = await fetch(d.lockUrl || '/lock-now', {method: 'POST', credentials: 'same-origin', headers: headers()});
      if (answer.ok || answer.status === 401) break;
    } catch { /* no line: the screen stays covered until there is one */ }
    await sleep(wait);
  }
  if (first) store.set('locked', String(Date.now()));
  location.replace((d.lockPage || '/lock') + '?next=' + encodeURIComponent(location.pathname + location.search));
}

// ---------- photos ----------
// Shrunk here, queued in IndexedDB, sent when there is a line, by whichever page of ours is open. A refusal of the server
// (4xx) is final and is shown; everything else is tried again. The id is the idempotency key.
const MAX_SIDE = 1600;
const memory = new Map();
let dbOpen;
function db() {
  dbOpen ??= new Promise(done => {
    try {
      const ask = indexedDB.open('sansheng', 1);
      ask.onupgradeneeded = () => ask.result.createObjectStore('uploads', {keyPath: 'id'});
      ask.onsuccess = () => done(ask.result);
      ask.onerror = ask.onblocked = () => done(null);
    } catch { done(null); }
  });
  return dbOpen;
}
async function idb(mode, work) {
  const base = await db();
  if (!base) return undefined;
  return new Promise((done, fail) => {
    const tx = base.transaction('uploads', mode);
    const ask = work(tx.objectStore('uploads'));
    tx.oncomplete = () => done(ask.result);
    tx.onerror = tx.onabort = () => fail(tx.error);
  });
}
const uploads = {
  async put(item) { try { if (await idb('readwrite', s => s.put(item)) !== undefined) return; } catch { /* full or refused */ } memory.set(item.id, item); },
  async del(id) { memory.delete(id); try { await idb('readwrite', s => s.delete(id)); } catch { /* gone already */ } },
  async all() {
    let saved = [];
    try { saved = await idb('readonly', s => s.getAll()) ?? []; } catch { /* memory only */ }
    return [...saved, ...memory.values()].filter(x => x.user === (doc.body.dataset.user ?? '')).sort((a, b) => a.at - b.at);
  },
};
async function decode(blob) {
  try { return await createImageBitmap(blob, {imageOrientation: 'from-image'}); } catch { /* older browsers do so anyway */ }
  try { return await createImageBitmap(blob); } catch { return null; }
}
async function shrink(file) {
  if (!file.type.startsWith('image/')) return file;
  const image = await decode(file);
  if (!image) return file;
  const k = Math.min(1, MAX_SIDE / Math.max(image.width, image.height));
  if (k === 1 && file.type === 'image/jpeg' && file.size < 400000) return file;
  const canvas = doc.createElement('canvas');
  canvas.width = Math.round(image.width * k);
  canvas.height = Math.round(image.height * k);
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg', 0.82));
  return blob && (k < 1 || blob.size < file.size) ? blob : file;
}
const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join('');

on('change', async e => {
  const input = e.target;
  if (!input.matches?.('input[type=file][data-upload]')) return;
  const files = [...input.files];
  const d = {...input.dataset};
  input.value = '';
  for (const file of files) {
    const blob = d.shrink !== undefined ? await shrink(file) : file;
    const item = {
      id: newId(), url: d.upload, kind: d.kind ?? '', name: blob === file ? file.name : file.name.replace(/\.\w+$/, '') + '.jpg',
      blob, user: doc.body.dataset.user ?? '', taken: file.lastModified || 0, at: Date.now(), tries: 0, next: 0, state: 'queued', error: '',
    };
    await uploads.put(item);
    drawTile(item);
  }
  pump();
});

// At its own field: two fields of a page send to the same address, and an other page may have neither.
const uploadList = item => {
  const input = $$(`input[data-upload="${CSS.escape(item.url)}"]`).find(el => (el.dataset.kind ?? '') === item.kind);
  return input && ($(input.dataset.list || ' ') ?? input.closest('.photos'));
};
// A canvas and no blob: address, which the CSP would refuse.
async function thumbnail(tile, item) {
  const image = item.blob.type.startsWith('image/') && await decode(item.blob);
  if (!image) return;
  const canvas = doc.createElement('canvas');
  const k = Math.min(1, 320 / Math.max(image.width, image.height));
  canvas.width = image.width * k;
  canvas.height = image.height * k;
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', item.name);
  image.close();
  tile.prepend(canvas);
}
function drawTile(item) {
  const list = uploadList(item);
  if (!list) return;
  let tile = doc.getElementById('up-' + item.id);
  if (!tile) {
    tile = doc.createElement(list.matches('ul,ol') ? 'li' : 'div');
    tile.id = 'up-' + item.id;
    tile.className = 'ph';
    const cap = doc.createElement('span');
    cap.className = 'cap';
    cap.setAttribute('role', 'status');
    tile.append(cap);
    const add = $('.add', list);
    if (add) add.before(tile); else list.append(tile);
    thumbnail(tile, item);
  }
  tile.dataset.state = item.state;
  const wait = Math.max(0, Math.ceil((item.next - Date.now()) / 1000));
  $('.cap', tile).textContent = item.error || t('upload-' + item.state, {s: wait, name: item.name});
  if (item.state === 'refused' && !$('.rm', tile)) {
    const rm = doc.createElement('button');
    rm.type = 'button';
    rm.className = 'rm';
    rm.textContent = '×';
    rm.setAttribute('aria-label', t('upload-remove', {name: item.name}));
    rm.addEventListener('click', async () => { await uploads.del(item.id); tile.remove(); });
    tile.append(rm);
  }
}
async function send(item) {
  item.state = 'sending';
  drawTile(item);
  const body = new FormData();
  body.append('_key', item.id);
  body.append('kind', item.kind);
  body.append('taken_at', String(item.taken));
  body.append('file', item.blob, item.name);
  let status = 0, answer = null;
  try {
    answer = await fetch(item.url, {method: 'POST', body, credentials: 'same-origin', headers: headers({'HX-Request': 'true'})});
    status = answer.redirected ? 401 : answer.status;
  } catch { /* no line */ }
  if (status >= 200 && status < 300) {
    await uploads.del(item.id);
    const tile = doc.getElementById('up-' + item.id);
    const html = /text\/html/.test(answer.headers.get('Content-Type') ?? '') ? await answer.text() : '';
    if (tile && html.trim()) {
      const box = doc.createElement('template');
      box.innerHTML = html;
      const made = [...box.content.children];
      tile.replaceWith(...made);
      made.forEach(el => window.htmx?.process(el));
    } else if (tile) { item.state = 'done'; drawTile(item); }
    return void fire(doc.body, 'upload:done', {id: item.id, url: item.url});
  }
  item.tries++;
  if (status >= 400 && status < 500 && ![401, 403, 408, 423, 425, 429].includes(status)) {
    item.state = 'refused';
    item.error = /text\/plain/.test(answer.headers.get('Content-Type') ?? '') ? (await answer.text()).slice(0, 80) : '';
    // Told once, on this page; it does not come back with every page.
    item.told = !!uploadList(item);
  } else {
    item.state = 'failed';
    item.next = Date.now() + Math.min(2000 * 2 ** (item.tries - 1), 60000) * (0.8 + Math.random() * 0.4);
  }
  await uploads.put(item);
  drawTile(item);
}
let pumping = false, pumpTimer = 0;
async function pump(hurry) {
  if (pumping) return;
  pumping = true;
  clearTimeout(pumpTimer);
  const work = async () => {
    for (;;) {
      const due = (await uploads.all()).find(x => x.state !== 'refused' && (hurry === true || x.next <= Date.now()));
      if (!due || !navigator.onLine) break;
      await send(due);
      hurry = false;
    }
  };
  try {
    // Two tabs must not send the same picture at once; the key makes it one record even then.
    if (navigator.locks) await navigator.locks.request('uploads', {ifAvailable: true}, got => got && work()); else await work();
  } finally {
    pumping = false;
    const left = (await uploads.all()).filter(x => x.state !== 'refused');
    if (left.length) pumpTimer = setTimeout(pump, Math.max(1000, Math.min(...left.map(x => x.next)) - Date.now()));
  }
}
addEventListener('online', () => pump(true));

// ---------- what a page or a swapped part needs ----------
function ready(from) {
  markKeys(from);
  $$('form', from).concat(from.closest?.('form') ?? []).forEach(form => { showIf(form); if (form.dataset.draft) restore(form); });
  $$('[data-follows]', from).forEach(follow);
  $$('[data-due]', from).forEach(tickDue);
  countChecks();
}
on('htmx:after:swap', e => {
  const ctx = e.detail?.ctx;
  const target = typeof ctx?.target === 'string' ? $(ctx.target) : ctx?.target;
  const from = target?.isConnected ? target : doc.body;
  ready(from);
  const dialog = from.closest('dialog[data-auto]');
  if (dialog && !dialog.open && dialog.textContent.trim()) openDialog(dialog);
  if (ctx?.response?.status === 422) focusFirstError(from);
});

async function start() {
  $$(LIVE).forEach(el => { if (!el.hasAttribute('hx-trigger')) el.setAttribute('hx-trigger', 'load, reconnect'); });
  ready(doc.body);
  focusFirstError(doc);
  $$('[data-theme-set]').forEach(el => el.setAttribute('aria-pressed', String(el.dataset.themeSet === (root.dataset.theme || 'auto'))));
  offline();
  tick();
  if (doc.body.dataset.printNow !== undefined) setTimeout(print, 200);
  for (const item of await uploads.all()) if (item.state === 'refused' && item.told) await uploads.del(item.id);
  const waiting = await uploads.all();
  for (const item of waiting.filter(x => x.state === 'sending')) { item.state = 'queued'; await uploads.put(item); }
  waiting.forEach(drawTile);
  if (waiting.length) pump();
}
if (doc.readyState === 'loading') addEventListener('DOMContentLoaded', start); else start();
})();
