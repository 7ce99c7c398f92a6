// Real SIP on this machine, for the tests: Kamailio as the exchange, sipp as telephones and as people who call. A scenario is a list of
// steps; each makes a piece of sipp's XML. Everything listens on 127.0.0.1, on ports that were free a moment ago.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import dgram from 'node:dgram';
import fs from 'node:fs';
import path from 'node:path';
import {here, until, wait} from '../lib.mjs';

export const HOTLINE = '95001';
const PASSWORD = 'telephone-1';
// Debian keeps the exchange where only root looks.
const env = {...process.env, PATH: `${process.env.PATH}:/usr/sbin`};

/** So many free UDP ports. */
async function freePorts(n) {
  const sockets = Array.from({length: n}, () => dgram.createSocket('udp4'));
  await Promise.all(sockets.map(s => new Promise(done => s.bind(0, '127.0.0.1', done))));
  const ports = sockets.map(s => s.address().port);
  await Promise.all(sockets.map(s => new Promise(done => s.close(done))));
  return ports;
}

// ---------- pieces of a scenario ----------
const text = (attributes, lines) => `<send${attributes}><![CDATA[\n${lines.filter(line => line !== null).join('\n')}\n\n]]></send>`;
const sdp = way => ['Content-Type: application/sdp', 'Content-Length: [len]', '', 'v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1',
  't=0 0', 'm=audio [media_port] RTP/AVP 8', 'a=rtpmap:8 PCMA/8000', `a=${way}`];
const NOTHING = ['Content-Length: 0'];
const via = branch => `Via: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-${branch}`;
const contact = user => `Contact: <sip:${user}@[local_ip]:[local_port]>`;
export const pause = ms => `<pause milliseconds="${ms}"/>`;
const asked = method => `<recv request="${method}"/>`;
const keep = (header, as, regexp = '.*') => `<ereg regexp="${regexp}" search_in="hdr" header="${header}:" assign_to="${as}"/>`;
/** Waits for an answer. `to`: keeps its To, in which the other side has put its tag. */
const got = (code, {more = '', to = false} = {}) => `<recv response="${code}"${more}>${to ? `<action>${keep('To', 'to')}</action>` : ''}</recv>`;
const maybe = code => got(code, {more: ' optional="true"'});
/** An answer to what came in last. `tag`: that of the first answer, where the other side gave none. */
const reply = (status, {tag = '', body = NOTHING, retrans = false, to = contact('[service]')} = {}) => text(retrans ? ' retrans="500"' : '',
  [`SIP/2.0 ${status}`, '[last_Via:]', '[last_From:]', `[last_To:]${tag}`, '[last_Call-ID:]', '[last_CSeq:]', '[last_Record-Route:]', to, ...body]);

// ---------- somebody who calls the hotline ----------
const caller = '<sip:[service]@127.0.0.1>;tag=r[pid][call_number]';
const ask = (method, to, cseq, branch, {body = NOTHING, routes = false, target = `sip:${HOTLINE}@127.0.0.1:[remote_port]`} = {}) =>
  text(method === 'ACK' ? '' : ' retrans="500"', [`${method} ${target} SIP/2.0`, via(branch), routes ? '[routes]' : null, `From: ${caller}`, to,
    'Call-ID: [call_id]', `CSeq: ${cseq} ${method}`, contact('[service]'), 'Max-Forwards: 70', ...body]);
const CALLED = `To: <sip:${HOTLINE}@127.0.0.1>`;
const inCall = {routes: true, target: '[next_url]'};

export const calls = [ask('INVITE', CALLED, 1, 'call', {body: sdp('sendrecv')}), maybe(100), maybe(180)];
export const talks = [got(200, {more: ' rrs="true"', to: true}), ask('ACK', 'To:[$to]', 1, 'ack', inCall)];
export const hangsUp = [ask('BYE', 'To:[$to]', 2, 'bye', inCall), got(200)];
export const isHungUpOn = [asked('BYE'), reply('200 OK')];
/** Put on hold, or taken back. */
export const isHeld = [asked('INVITE'), reply('200 OK', {body: sdp('recvonly'), retrans: true}), asked('ACK')];
export const isBack = [asked('INVITE'), reply('200 OK', {body: sdp('sendrecv'), retrans: true}), asked('ACK')];
export const calling = [ask('INVITE', CALLED, 1, 'call', {body: sdp('sendrecv')}), maybe(100), got(180)];
export const givesUp = [ask('CANCEL', CALLED, 1, 'call'), maybe(200), got(487, {to: true}), ask('ACK', 'To:[$to]', 1, 'call')];

// ---------- a telephone of the house ----------
const TAG = ';tag=t[pid][call_number]';
const says = (method, cseq, branch, body = NOTHING) => text(method === 'ACK' ? '' : ' retrans="500"', [`${method} [$contact] SIP/2.0`, via(branch),
  '[routes]', `From:[$to]${TAG}`, 'To:[$from]', 'Call-ID: [call_id]', `CSeq: ${cseq} ${method}`, contact('[service]'), 'Max-Forwards: 70', ...body]);
const isAsked = `<recv request="INVITE" rrs="true"><action>${keep('From', 'from')}${keep('To', 'to')}${keep('Contact', 'contact', 'sip:[^>;]*')}</action></recv>`;
const again = (cseq, way) => [says('INVITE', cseq, `again${cseq}`, sdp(way)), maybe(100), got(200), says('ACK', cseq, `ack${cseq}`)];

export const rings = [isAsked, reply('180 Ringing', {tag: TAG})];
export const isRungAtOnce = [isAsked];
export const answers = [reply('200 OK', {tag: TAG, body: sdp('sendrecv'), retrans: true}), asked('ACK')];
export const holds = again(1, 'sendonly');
export const takesBack = again(2, 'sendrecv');
export const putsDown = [says('BYE', 3, 'bye'), got(200)];
export const ringsOut = [asked('CANCEL'), reply('200 OK'),
  text('', ['SIP/2.0 487 Request Terminated', '[last_Via:]', 'From:[$from]', `To:[$to]${TAG}`, '[last_Call-ID:]', 'CSeq: 1 INVITE', ...NOTHING]),
  asked('ACK')];

const REGISTER = (cseq, more) => text(' retrans="500"', ['REGISTER sip:127.0.0.1:[remote_port] SIP/2.0', via(`register${cseq}`),
  'From: <sip:[field0]@127.0.0.1>;tag=r[call_number]', 'To: <sip:[field0]@127.0.0.1>', 'Call-ID: [call_id]', `CSeq: ${cseq} REGISTER`,
  'Contact: <sip:[field0]@127.0.0.1:[field1]>', 'Max-Forwards: 70', 'Expires: 600', ...more, ...NOTHING]);
const register = [REGISTER(1, []), got(401, {more: ' auth="true"'}), REGISTER(2, ['[field2]']), got(200)];

/** sipp's XML of these steps. */
function scenario(name, steps) {
  const xml = steps.flat().join('\n');
  const names = ['from', 'to', 'contact'].filter(n => xml.includes(`assign_to="${n}"`));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="${name}">\n${xml}\n${names.length ? `<Reference variables="${names}"/>` : ''}\n</scenario>\n`;
}

/** Runs sipp until its calls are through; fails with what it wrote down. */
function sipp(dir, name, steps, args, calls = 1) {
  const file = path.join(dir, `${name}.xml`);
  const errors = path.join(dir, `${name}.errors`);
  fs.writeFileSync(file, scenario(name, steps));
  const child = spawn('sipp', ['-sf', file, '-i', '127.0.0.1', '-m', String(calls), '-nostdin', '-trace_err', '-error_file', errors, '-timeout', '90s', '-timeout_error', ...args],
    {cwd: dir, env, stdio: ['ignore', 'ignore', 'pipe']});
  let said = '';
  child.stderr.on('data', chunk => { said += chunk; });
  const ended = new Promise((done, failed) => {
    child.on('error', failed);
    child.on('exit', code => code === 0 ? done()
      : failed(new Error(`${name}: sipp ended with ${code}\n${said}${fs.existsSync(errors) ? fs.readFileSync(errors, 'utf8') : ''}`)));
  });
  // Whoever waits for it is told; nobody else.
  ended.catch(() => {});
  return {ended, kill: () => child.kill('SIGKILL')};
}

/**
 * An exchange with telephones. `telephones`: {number, caller, does}, each with the steps of one call, and whose calls go to it.
 * Gives `call(number, steps)`, which is through when the caller is, and `over()`, when every telephone is.
 */
export async function exchange({dir, cti, secret, telephones}) {
  const [port, ...ports] = await freePorts(1 + telephones.length);
  const desks = telephones.map(t => `  $sht(desk=>${t.caller}) = "${t.number}";`).join('\n');
  const put = {PORT: port, CTI: cti, SECRET: secret, PASSWORD, DESKS: desks};
  const config = path.join(dir, 'kamailio.cfg');
  fs.writeFileSync(config, fs.readFileSync(path.join(here, 'sip/kamailio.cfg'), 'utf8').replace(/@([A-Z]+)@/g, (_, name) => put[name]));
  const child = spawn('kamailio', ['-f', config, '-DD', '-E', '-m', '64', '-M', '8', '-w', dir], {env, stdio: ['ignore', 'ignore', 'pipe']});
  let log = '';
  let gone = null;
  child.stderr.on('data', chunk => { log = (log + chunk).slice(-4000); });
  child.on('error', error => { gone = String(error); });
  child.on('exit', code => { gone ??= `ended with ${code}`; });
  const running = [];
  const run = (...about) => { const one = sipp(dir, ...about); running.push(one); return one.ended; };
  const stop = async () => {
    for (const one of running) one.kill();
    if (gone === null) {
      child.kill('SIGTERM');
      await until('the exchange ends', () => gone !== null).catch(() => child.kill('SIGKILL'));
    }
  };
  try {
    // Until it listens, what is sent is lost; sipp sends again by itself.
    await until('the exchange comes up', () => {
      assert.equal(gone, null, `kamailio ${gone}\n${log}`);
      return fs.readFileSync('/proc/net/udp', 'utf8').includes(`:${port.toString(16).toUpperCase().padStart(4, '0')} `);
    });
    const list = path.join(dir, 'telephones.csv');
    fs.writeFileSync(list, `SEQUENTIAL\n${telephones.map((t, i) => `${t.number};${ports[i]};[authentication username=${t.number} password=${PASSWORD}]`).join('\n')}\n`);
    await run('register', register, ['-inf', list, '-r', '50', `127.0.0.1:${port}`], telephones.length);
    const through = telephones.map((t, i) => run(`telephone-${t.number}`, t.does, ['-s', t.number, '-p', String(ports[i])]));
    await wait(200);
    return {
      call: (number, steps) => run(`caller-${number}`, steps, ['-s', number, `127.0.0.1:${port}`]),
      over: () => Promise.all(through),
      stop, log: () => log,
    };
  } catch (error) {
    await stop();
    throw new Error(`${error.message}\n${log}`);
  }
}
