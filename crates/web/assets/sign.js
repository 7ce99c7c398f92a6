// sign.js: drawing a signature. Loaded only where something is signed; signature_pad stands before it in the same file.
// Into the hidden field goes plain data, {"w":…,"h":…,"d":"M… Q…"}: numbers and the letters M, L, Q. The server checks it
// by that pattern and draws it itself; no markup of a browser is ever stored or shown.
(() => {
'use strict';
const round = n => Math.round(n * 10) / 10;
function path(strokes) {
  return strokes.map(({points: p}) => {
    if (!p.length) return '';
    let d = `M${round(p[0].x)} ${round(p[0].y)}`;
    if (p.length === 1) return d + `L${round(p[0].x + 0.1)} ${round(p[0].y)}`;
    for (let i = 1; i < p.length - 1; i++) {
      d += `Q${round(p[i].x)} ${round(p[i].y)} ${round((p[i].x + p[i + 1].x) / 2)} ${round((p[i].y + p[i + 1].y) / 2)}`;
    }
    const last = p[p.length - 1];
    return d + `L${round(last.x)} ${round(last.y)}`;
  }).join('');
}
function start(canvas) {
  if (canvas._pad) return;
  const form = canvas.closest('form');
  const target = form?.elements[canvas.dataset.target] ?? document.querySelector(`[name="${CSS.escape(canvas.dataset.target)}"]`);
  const box = canvas.closest('.sign') ?? canvas;
  const pad = new SignaturePad(canvas, {penColor: '#16202e', minWidth: 1, maxWidth: 2.8, minDistance: 2});
  canvas._pad = pad;
  let width = 0, height = 0;
  const write = () => {
    const empty = pad.isEmpty();
    box.toggleAttribute('data-signed', !empty);
    if (!target) return;
    target.value = empty ? '' : JSON.stringify({w: width, h: height, d: path(pad.toData())});
    target.dispatchEvent(new Event('change', {bubbles: true}));
  };
  const fit = () => {
    const w = canvas.offsetWidth, h = canvas.offsetHeight;
    if (!w || (w === width && h === height)) return;
    const old = pad.toData(), ratio = Math.max(devicePixelRatio || 1, 1), kx = width ? w / width : 1, ky = height ? h / height : 1;
    canvas.width = w * ratio;
    canvas.height = h * ratio;
    canvas.getContext('2d').scale(ratio, ratio);
    width = w;
    height = h;
    pad.clear();
    // Turning the phone must not lose what is written.
    if (old.length) {
      const k = Math.min(kx, ky);
      pad.fromData(old.map(s => ({...s, points: s.points.map(p => ({...p, x: p.x * k, y: p.y * k}))})));
      write();
    }
  };
  pad.addEventListener('endStroke', write);
  box._clear = () => { pad.clear(); write(); };
  if (window.ResizeObserver) new ResizeObserver(fit).observe(canvas); else addEventListener('resize', fit);
  fit();
}
const all = from => { if (from.matches?.('canvas[data-sign]')) start(from); from.querySelectorAll?.('canvas[data-sign]').forEach(start); };
document.addEventListener('click', e => {
  const button = e.target.closest?.('[data-sign-clear]');
  if (!button) return;
  const box = document.querySelector(button.dataset.signClear || '.sign');
  (box?._clear ? box : box?.querySelector('.sign'))?._clear?.();
});
document.addEventListener('htmx:after:swap', () => all(document));
if (document.readyState === 'loading') addEventListener('DOMContentLoaded', () => all(document)); else all(document);
})();
